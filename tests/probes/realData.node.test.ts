import '@tensorflow/tfjs-backend-wasm';
import { join } from 'node:path';
import { concat, setBackend, slice, type Tensor4D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { smallConvNet } from '../../src/models/index.js';
import { readIdxDataset } from '../../src/node/index.js';
import {
  type ArrayData,
  fewLabelProbe,
  fineTuneProbe,
  linearProbe,
  type ProbeData,
  type ProbePart,
  robustnessProbe,
  shortcutReport,
} from '../../src/probes/index.js';
import { integers, type Seed } from '../../src/random/index.js';
import { rotate90 } from '../../src/transforms/index.js';
import { registerWasmTraining } from '../../src/wasm/index.js';

describe.skipIf(!process.env.SELFSUP_DATA)('probes on Fashion-MNIST (needs SELFSUP_DATA)', () => {
  let data: ProbeData;
  beforeAll(async () => {
    registerWasmTraining();
    await setBackend('wasm');
    const { train, test: held } = await readIdxDataset(join(process.env.SELFSUP_DATA ?? '', 'fashion-mnist'));
    const first = ({ images, labels }: typeof train, n: number): ProbePart => ({
      x: { data: images.data.subarray(0, n * 784), shape: [n, 28, 28, 1] },
      labels: labels.subarray(0, n),
    });
    data = { train: first(train, 300), test: first(held as typeof train, 300) };
  });

  test('few labels give less, with a wider interval', async () => {
    const { results } = await fewLabelProbe(data, 1, { fractions: [0.03, 0.2, 1], probe: 'ridge', draws: 4 });
    const means = results.map((r) => r.mean);
    expect([...means].sort()).toEqual(means);
    const widths = results.map(({ interval }) => interval[1] - interval[0]);
    expect(widths[0]).toBeGreaterThan(widths[2] as number);
  });

  test('fine-tuning beats a linear probe of the same untrained encoder', async () => {
    const encoder = smallConvNet({ inputShape: [28, 28, 1], channels: [8, 16], strides: [2, 2], seed: 3 });
    const frozen = await linearProbe(encoder, data, 1);
    const tuned = await fineTuneProbe(encoder, data, 1, { epochs: 40, batchSize: 32, learningRate: 0.01 });
    expect(tuned.accuracy).toBeGreaterThan(frozen.accuracy);
    encoder.dispose();
  });

  test('pixels bear photon noise and coarse pixels better than being moved', async () => {
    const pixels = sequential({ layers: [layers.flatten({ inputShape: [28, 28, 1] })] });
    const { byKind } = await robustnessProbe(pixels, data, 1, {
      C: 1e-3,
      kinds: ['shotNoise', 'pixelate', 'translation'],
      severities: [4],
      maxIterations: 50,
    });
    const of = (kind: string): number => byKind.find((k) => k.kind === kind)?.accuracy as number;
    expect(of('shotNoise')).toBeGreaterThan(of('translation'));
    expect(of('pixelate')).toBeGreaterThan(of('translation'));
    pixels.dispose();
  });

  test('the turn of clothes is told by where they are bright, and not by channels, which turning leaves as they are', async () => {
    const turnOnce = (x: Tensor4D, seed: Seed) => {
      const turns = integers(seed, x.shape[0], { max: 4 });
      return tidy(() => ({
        inputs: concat(Array.from(turns, (k, i) => rotate90(slice(x, [i, 0, 0, 0], [1, 28, 28, 1]), k))),
        labels: tensor1d(turns, 'int32'),
      }));
    };
    const report = await shortcutReport(
      turnOnce,
      { data: (data.train.x as ArrayData).data.subarray(0, 784 * 160), shape: [160, 28, 28, 1] },
      1,
      {
        C: 0.1,
      },
    );
    expect(report.leaks).toBe(true);
    expect(report.channels.leaks).toBe(false);
  });
});
