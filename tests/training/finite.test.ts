import {
  fill,
  memory,
  mul,
  type Optimizer,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tensor2d,
  tidy,
  train,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterEach, expect, test } from 'vitest';
import { BarlowTwins, MAE, type Method, MoCo, SimCLR } from '../../src/methods/index.js';
import { maeModel, smallConvNet } from '../../src/models/index.js';
import { type Batches, batches, pretrain } from '../../src/training/index.js';
import { flat, hold, onEveryBackend, uniforms } from '../helpers/index.js';
import { ToyMethod } from './toyMethod.js';

type AnyMethod = Method<Tensor4D, unknown>;
type Own = <T extends { dispose(): unknown }>(part: T) => T;

const encoderOf = (own: Own): LayersModel => own(smallConvNet({ inputShape: [8, 8, 3], channels: [4] }));
const makers: Record<string, (own: Own) => AnyMethod> = {
  SimCLR: (own) => own(new SimCLR({ encoder: encoderOf(own) })) as AnyMethod,
  MoCo: (own) => own(new MoCo({ encoder: encoderOf(own), capacity: 8 })) as AnyMethod,
  BarlowTwins: (own) => own(new BarlowTwins({ encoder: encoderOf(own) })) as AnyMethod,
  MAE: (own) => {
    const small = { dim: 8, depth: 1, heads: 2, decoderDim: 8, decoderDepth: 1, decoderHeads: 2 };
    const model = maeModel({ size: 8, patchSize: 4, ...small });
    for (const part of [model.features, model.encoder, model.decoder]) own(part);
    return own(new MAE({ model })) as AnyMethod;
  },
};
const names = Object.keys(makers);

/** Writes a value into one element of a variable. */
async function poison(variable: Tensor, value: number, at = 0): Promise<void> {
  const data = Float32Array.from(await variable.data());
  data[at] = value;
  tidy(() => (variable as Variable).assign(tensor(data, variable.shape)));
}

/** Images with one element that is not a number of [0, 1]: that of image 5. */
function images(value: number): Batches<Tensor4D> {
  const data = new Float32Array(8 * 8 * 8 * 3).fill(0.5).map((v, i) => v + 0.4 * Math.sin(i));
  data[5 * 8 * 8 * 3 + 40] = value;
  return batches<Tensor4D>({ data, shape: [8, 8, 8, 3] }, { size: 4 }, 1);
}

onEveryBackend('what is not finite', () => {
  const owned: { dispose(): unknown }[] = [];
  const own: Own = (part) => {
    owned.push(part);
    return part;
  };
  const adam = (): Optimizer => own(train.adam(1e-3, 0.9, 0.999, 1e-8));
  const run = (method: AnyMethod, source = images(0.5), steps = 2) =>
    pretrain(method, source, { steps, optimizer: adam(), seed: 1 });
  afterEach(() => {
    for (const part of owned.splice(0).reverse()) part.dispose();
  });

  test.each(names)('%s: one pixel that is not finite ends the run, and names the batch', async (name) => {
    const method = (makers[name] as (own: Own) => AnyMethod)(own);
    const before = await method.getState();
    const source = images(Number.NaN);
    // Which of the two batches of an epoch has image 5.
    const step = [0, 1].find((k) => hold(source.at(k)).dataSync().some(Number.isNaN)) as number;
    const optimizer = adam();
    if (step === 0) {
      const tensors = memory().numTensors;
      await expect(pretrain(method, source, { steps: 2, optimizer, seed: 1 })).rejects.toThrow(
        /must be finite, got NaN/,
      );
      expect(memory().numTensors).toBe(tensors);
    }
    const text = (value: string): RegExp =>
      new RegExp(
        `^pretrain: the batch of step ${step} \\(epoch 0, batch ${step}\\) must be finite, got ${value} in sample \\d; the weights are as before.$`,
      );
    await expect(run(method, source)).rejects.toThrow(text('NaN'));
    await expect(run(method, images(Number.POSITIVE_INFINITY))).rejects.toThrow(text('Infinity'));
    await expect(run(method, images(Number.NEGATIVE_INFINITY))).rejects.toThrow(text('-Infinity'));
    // Moving statistics included, which a forward pass moves.
    if (step === 0) expect(await method.getState()).toEqual(before);
  });

  test.each(names)('%s: a weight that is not finite is named before the first step', async (name) => {
    const method = (makers[name] as (own: Own) => AnyMethod)(own);
    const { encoder } = method;
    const some = [encoder.weights[0], encoder.weights.find((w) => /beta/.test(w.name)), encoder.weights.at(-1)];
    for (const weight of some) {
      if (weight === undefined) throw new Error('no such weight');
      const variable = weight.read();
      const [good] = await flat(variable);
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
        await poison(variable, bad);
        await expect(run(method)).rejects.toThrow(/^pretrain: weights are not finite before step 0: \S+/);
        await expect(run(method)).rejects.toThrow(/(kernel|beta|gamma|bias|moving_\w+|positions)/);
      }
      await poison(variable, good as number);
    }
    expect((await run(method, images(0.5), 1)).steps).toBe(1);
  });

  test("MoCo's queue and key encoder are looked at as well", async () => {
    const method = own(new MoCo({ encoder: encoderOf(own), capacity: 8 }));
    method.queue.enqueue(hold(fill([1, 128], Number.NaN)) as Tensor2D);
    await expect(run(method as AnyMethod)).rejects.toThrow('weights are not finite before step 0: method.queue.rows.');
    const other = own(new MoCo({ encoder: encoderOf(own), capacity: 8 }));
    const { keyEncoder } = other as unknown as { keyEncoder: { model: LayersModel } };
    await poison((keyEncoder.model.weights[0] as LayersModel['weights'][0]).read(), Number.NaN);
    await expect(run(other as AnyMethod)).rejects.toThrow(
      /not finite before step 0: method\.keyEncoder\.parameters\[0\]/,
    );
  });

  test('a weight that turns bad on the way is found every 50 steps, and at the end', async () => {
    const source = batches(uniforms<Tensor2D>(1, [8, 3]), { size: 4 }, 1);
    for (const [steps, when] of [
      [120, 49],
      [7, 6],
    ] as const) {
      const method = own(new ToyMethod());
      const state = { bad: false };
      method.getState = async () => ({ weight: state.bad ? Number.NaN : 1 });
      const options = { steps, optimizer: own(train.sgd(0.01)), seed: 1 };
      await expect(
        pretrain(method, source, {
          ...options,
          callbacks: {
            onBatchEnd: (_, logs) => {
              if (logs?.step === 4) state.bad = true;
            },
          },
        }),
      ).rejects.toThrow(`pretrain: weights are not finite after step ${when}: method.weight.`);
    }
  });

  test('tensors inside a batch are looked at, whatever holds them; integers and masks of minus infinity pass', async () => {
    const method = own(new ToyMethod());
    const rows = hold(tensor2d([[1, 2, 3]]));
    const inner = {
      variables: method.variables,
      encoder: method.encoder,
      prepare: (batch: { parts: readonly [Tensor2D, { extra: Tensor }] }, seed: number) => ({
        ...method.prepare(batch.parts[0], seed),
        mask: fill([2], Number.NEGATIVE_INFINITY),
      }),
      loss: (prepared: never) => method.loss(prepared),
      afterStep: () => method.afterStep(),
      getState: () => method.getState(),
      setState: () => Promise.resolve(),
      dispose: () => undefined,
    } as unknown as Method<object, unknown>;
    const go = (extra: Tensor) =>
      pretrain(inner, [{ parts: [rows, { extra }], text: 'words', index: Int32Array.of(1) }], {
        steps: 1,
        seed: 1,
        optimizer: own(train.sgd(0.01)),
      });
    await expect(go(hold(tensor([0, Number.NaN])))).rejects.toThrow(
      'the batch of step 0 (epoch 0, batch 0) must be finite, got NaN in sample 1 of batch.parts[1].extra',
    );
    expect((await go(hold(tensor([1, 2], [2], 'int32')))).steps).toBe(1);
    expect((await go(hold(tensor([3e38, 3e38, 3e38])))).steps).toBe(1); // only their sum is infinite
  });

  test('views that are not finite are refused, as images are', async () => {
    const encoder = encoderOf(own);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const augment = Object.assign((x: Tensor4D) => [mul(x, 1) as Tensor4D, mul(x, bad) as Tensor4D], {});
      const method = own(new SimCLR({ encoder, augment: augment as never }));
      await expect(run(method as AnyMethod)).rejects.toThrow(
        /^pretrain: what method.prepare made of the batch of step 0 .* must be finite, got (NaN|Infinity) in prepared;/,
      );
    }
  });
});
