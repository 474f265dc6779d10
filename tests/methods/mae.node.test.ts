import '@tensorflow/tfjs-backend-wasm';
import {
  dispose,
  type Optimizer,
  setBackend,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tile,
  train,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { MAE } from '../../src/methods/index.js';
import { maeModel } from '../../src/models/index.js';
import { foldIn, uniform } from '../../src/random/index.js';
import { randomHorizontalFlip, type Transform } from '../../src/transforms/index.js';
import { registerWasmTraining } from '../../src/wasm/index.js';

test('MAE learns to paint', async () => {
  await setBackend('wasm');
  registerWasmTraining();
  const small = { dim: 8, depth: 1, heads: 2, decoderDim: 8, decoderDepth: 1, decoderHeads: 2 };
  const model = maeModel({ size: 8, patchSize: 2, ...small });
  const method = new MAE({ model, augment: randomHorizontalFlip({ p: 0 }) as Transform<unknown> });
  // Stripes, which a visible patch tells of the hidden ones.
  const images = tile(tensor4d(uniform(5, 8 * 8 * 3), [8, 1, 8, 3]), [1, 8, 1, 1]) as Tensor4D;
  const optimizer: Optimizer = train.adam(1e-2, 0.9, 0.999, 1e-8);
  const losses: number[] = [];
  for (let step = 0; step < 40; step++) {
    const task = method.prepare(images, foldIn(1, step % 4));
    const { value, grads } = variableGrads(() => method.loss(task), method.variables);
    optimizer.applyGradients(grads);
    losses.push((await value.data())[0] as number);
    dispose([value, ...Object.values(grads), ...Object.values(task).filter((x) => typeof x === 'object')] as Tensor[]);
  }
  const mean = (part: number[]): number => part.reduce((sum, v) => sum + v, 0) / part.length;
  expect(mean(losses.slice(-4))).toBeLessThan(0.8 * mean(losses.slice(0, 4)));
});
