import {
  concat,
  dispose,
  memory,
  type Tensor2D,
  type Tensor4D,
  tidy,
  train,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { MoCo, type MoCoBatch } from '../../src/methods/index.js';
import { smallConvNet } from '../../src/models/index.js';
import { foldIn } from '../../src/random/index.js';
import { batches, pretrain } from '../../src/training/index.js';
import { disposeAll, expectClose, hold, onEveryBackend, uniforms } from '../helpers/index.js';

onEveryBackend('what MoCo stores after a step', () => {
  const owned: { dispose(): unknown }[] = [];
  const own = <T extends { dispose(): unknown }>(part: T): T => {
    owned.push(part);
    return part;
  };
  const make = (capacity = 64): MoCo =>
    own(new MoCo({ encoder: own(smallConvNet({ inputShape: [8, 8, 3], channels: [4] })), capacity, momentum: 1 }));
  const images = (seed = 1) => uniforms<Tensor4D>(seed, [4, 8, 8, 3]);
  const gradient = (method: MoCo, prepared: MoCoBatch): void => {
    const { value, grads } = variableGrads(() => method.loss(prepared), method.variables);
    dispose([value, ...Object.values(grads)]);
  };
  afterEach(() => {
    for (const part of owned.splice(0).reverse()) part.dispose();
  });

  test('with accumulated batches every key goes into the queue, in order', async () => {
    const method = make();
    const source = batches(uniforms<Tensor4D>(1, [24, 8, 8, 3]), { size: 2 }, 2);
    const steps: number[] = [];
    await pretrain(method, source, {
      steps: 3,
      accumulate: 4,
      seed: 1,
      optimizer: own(train.adam(1e-3, 0.9, 0.999, 1e-8)),
      callbacks: { onBatchEnd: () => steps.push(method.queue.filled) },
    });
    expect(steps).toEqual([8, 16, 24]);
  });

  test('each batch of a step counts once, a look at the loss does not count, and keys outlive their batch', async () => {
    const method = make();
    const prepared = [0, 1, 2].map((k) => method.prepare(images(k), foldIn(7, k)));
    const [a, b, looked] = prepared as [MoCoBatch, MoCoBatch, MoCoBatch];
    const expected = hold(tidy(() => concat([a.keys, b.keys]) as Tensor2D));
    hold(method.loss(looked));
    gradient(method, a);
    gradient(method, b);
    gradient(method, a);
    hold(method.loss(a));
    disposeAll(prepared);
    method.afterStep();
    expect(method.queue.filled).toBe(8);
    const norms = await hold(method.queue.values()).array();
    const rows = await expected.array();
    const unit = rows.map((row) => row.map((v) => v / Math.hypot(...row)));
    await expectClose(norms.flat(), unit.flat(), { atol: 1e-5 });
    // The next step starts anew, also with a batch of before.
    const again = method.prepare(images(), 1);
    gradient(method, again);
    method.afterStep();
    expect(method.queue.filled).toBe(12);
    gradient(method, again);
    method.afterStep();
    expect(method.queue.filled).toBe(16);
    method.afterStep();
    expect(method.queue.filled).toBe(16);
    disposeAll(again);
  });

  test('prepare alone stores nothing; minimize does; what was noted is freed', async () => {
    const method = make();
    const prepared = method.prepare(images(), 1);
    method.afterStep();
    expect(method.queue.filled).toBe(0);
    const optimizer = own(train.adam(1e-3, 0.9, 0.999, 1e-8));
    optimizer.minimize(() => method.loss(prepared), false, method.variables);
    method.afterStep();
    expect(method.queue.filled).toBe(4);
    const before = memory().numTensors;
    gradient(method, prepared);
    expect(memory().numTensors).toBe(before + 1);
    await method.setState(await method.getState());
    expect(memory().numTensors).toBe(before);
    method.afterStep();
    expect(method.queue.filled).toBe(4);
    disposeAll(prepared);
  });

  test('a step that fails leaves no keys for the next one', async () => {
    const method = make();
    const data = { data: new Float32Array(4 * 8 * 8 * 3).fill(0.5), shape: [4, 8, 8, 3] };
    data.data[9] = Number.NaN;
    const optimizer = own(train.adam(1e-3, 0.9, 0.999, 1e-8));
    const run = (source: typeof data) =>
      pretrain(method, batches<Tensor4D>(source, { size: 2 }, 1), { steps: 1, accumulate: 2, optimizer, seed: 1 });
    await expect(run(data)).rejects.toThrow('must be finite, got NaN');
    expect((await run({ ...data, data: data.data.map((v) => (Number.isNaN(v) ? 0.5 : v)) })).steps).toBe(1);
    expect(method.queue.filled).toBe(4);
    expect((await hold(method.queue.values()).data()).every(Number.isFinite)).toBe(true);
  });
});
