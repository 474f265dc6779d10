import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { collapseReport } from '../../src/probes/index.js';
import { normal } from '../../src/random/index.js';
import { hold, normals, onEveryBackend } from '../helpers/index.js';

onEveryBackend('collapseReport', () => {
  test('finds nothing wrong with an even spread', async () => {
    const x = normals(1, [600, 32]);
    const before = memory().numTensors;
    const report = await collapseReport(x, { pairs: x });
    expect(memory().numTensors).toBe(before);
    expect(report).toMatchObject({ collapse: 'none', samples: 600, dim: 32, fullRank: 32, alignment: 0 });
    expect(report.featureStd / report.expectedStd).toBeCloseTo(1, 1);
    expect(report.effectiveRank).toBeGreaterThan(30);
    expect(report.uniformity).toBeCloseTo(-3.75, 1);
    expect(report.spectrum).toHaveLength(32);
    expect(report.spectrum.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test('tells complete from dimensional collapse', async () => {
    const noise = normal(1, 200 * 32);
    const point = hold(
      tensor2d(
        noise.map((v, i) => Math.sin(i % 32) + 1e-3 * v),
        [200, 32],
      ),
    );
    expect(await collapseReport(point)).toMatchObject({ collapse: 'complete' });
    const same = hold(tensor2d(new Float32Array(200 * 32).fill(1), [200, 32]));
    expect(await collapseReport(same)).toMatchObject({
      collapse: 'complete',
      rankMe: expect.closeTo(1, 3),
      uniformity: 0,
    });
    const line = normal(2, 200 * 2);
    const plane = hold(
      tensor2d(
        Float32Array.from({ length: 200 * 32 }, (_, i) => {
          const row = Math.floor(i / 32);
          return (line[2 * row] as number) * Math.sin(i % 32) + (line[2 * row + 1] as number) * Math.cos(i % 32);
        }),
        [200, 32],
      ),
    );
    const report = await collapseReport(plane);
    expect(report.collapse).toBe('dimensional');
    expect(report.effectiveRank).toBeCloseTo(2, 1);
    expect(report.sentence).toBe(
      'Dimensional collapse: inputs differ, but only along about 2.0 of 32 possible directions.',
    );
  });

  test('takes an encoder, looks at a sample of rows, and checks its arguments', async () => {
    const encoder = sequential({ layers: [layers.dense({ units: 3, inputShape: [4] })] });
    const report = await collapseReport(encoder, normals(1, [50, 4]), { samples: 20, pairs: normals(2, [50, 4]) });
    expect(report).toMatchObject({ samples: 20, dim: 3, fullRank: 3 });
    expect(report.alignment).toBeGreaterThan(0);
    encoder.dispose();
    await expect(collapseReport(normals(1, [1, 4]))).rejects.toThrow('features must have at least 2 rows, got 1.');
    await expect(collapseReport(normals(1, [5, 4]), { pairs: normals(1, [4, 4]) })).rejects.toThrow(
      'collapseReport: pairs must have shape [5, 4], got [4, 4].',
    );
    await expect(
      collapseReport(
        hold(
          tensor2d([
            [1, Number.POSITIVE_INFINITY],
            [1, 1],
          ]),
        ),
      ),
    ).rejects.toThrow('collapseReport: features must be finite, got Infinity at row 0, column 1.');
  });
});
