import { tensor4d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Data } from '../../src/internal/arrayData.js';
import { probeReport } from '../../src/report/index.js';
import { hold, onEveryBackend } from '../helpers/index.js';
import { labels, linear, map, neighbors } from './results.js';

onEveryBackend('probeReport', () => {
  test('makes plots, and pictures from a tensor of images, the same ones as from bytes', async () => {
    const bytes = Uint8Array.from({ length: 8 * 12 }, (_, i) => (37 * i) % 256);
    const x = hold(
      tensor4d(
        Array.from(bytes, (v) => v / 255),
        [8, 2, 2, 3],
      ),
    );
    const results = { encoder: [linear, map, neighbors] };
    const report = async (images: Data) => {
      const part = { x: images, labels };
      return probeReport(results, { data: { train: part, test: part } });
    };
    const fromTensor = await report(x);
    expect(fromTensor.html.match(/<svg /g)).toHaveLength(3);
    expect(fromTensor.html.match(/<img src="data:image\/png;base64,/g)).toHaveLength(6);
    expect(fromTensor.markdown).toContain('| encoder | linear probe | 75.0% | 43.8% to 96.0% |');
    for (const data of [bytes, Uint8ClampedArray.from(bytes)]) {
      expect(await report({ data, shape: [8, 2, 2, 3] })).toEqual(fromTensor);
    }
  });
});
