import {
  dispose,
  getBackend,
  memory,
  type Optimizer,
  Tensor,
  type Tensor4D,
  train,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterEach, expect, test } from 'vitest';
import { BarlowTwins, MAE, type Method, MoCo, SimCLR } from '../../src/methods/index.js';
import { maeModel, projectionHead, smallConvNet } from '../../src/models/index.js';
import { foldIn } from '../../src/random/index.js';
import { batches, pretrain } from '../../src/training/index.js';
import { flat, hold, onEveryBackend, uniforms } from '../helpers/index.js';
import { MemoryStore } from '../helpers/memoryStore.js';

type AnyMethod = Method<Tensor4D, unknown>;
type Own = <T extends { dispose(): unknown }>(part: T) => T;
const encoderOf = (own: Own): LayersModel => own(smallConvNet({ inputShape: [8, 8, 3], channels: [6] }));
const makers: Record<string, (own: Own) => AnyMethod> = {
  SimCLR: (own) => new SimCLR({ encoder: encoderOf(own), temperature: (step) => 0.5 / (1 + step) }) as AnyMethod,
  // A queue that fills in the second step, and then wraps around.
  MoCo: (own) => new MoCo({ encoder: encoderOf(own), capacity: 7, momentum: (step) => 0.9 + 0.01 * step }) as AnyMethod,
  BarlowTwins: (own) => new BarlowTwins({ encoder: encoderOf(own) }) as AnyMethod,
  MAE: (own) => {
    const small = { dim: 8, depth: 2, heads: 2, decoderDim: 8, decoderDepth: 1, decoderHeads: 2, dropPath: 0.5 };
    const model = maeModel({ size: 8, patchSize: 2, ...small });
    for (const part of [model.features, model.encoder, model.decoder]) own(part);
    return new MAE({ model }) as AnyMethod;
  },
};
const images = () => uniforms<Tensor4D>(1, [12, 8, 8, 3]);
const source = () => batches(images(), { size: 4 }, 2);
onEveryBackend('methods', () => {
  const owned: { dispose(): unknown }[] = [];
  const own: Own = (part) => {
    owned.push(part);
    return part;
  };
  const adam = (): Optimizer => own(train.adam(1e-2, 0.9, 0.999, 1e-8));
  const make = (name: string): AnyMethod => own((makers[name] as (own: Own) => AnyMethod)(own));
  afterEach(() => {
    for (const part of owned.splice(0).reverse()) part.dispose();
  });

  // Fourteen steps of a transformer take a software GPU half a minute, and tell nothing of the GPU.
  const resumed = Object.keys(makers).filter((name) => name !== 'MAE' || !getBackend().startsWith('web'));
  test.each(resumed)('%s: interrupted and resumed equals uninterrupted, bit for bit', async (name) => {
    const whole = make(name);
    const expected = await pretrain(whole, source(), { steps: 6, seed: 3, optimizer: adam() });
    const store = new MemoryStore();
    await pretrain(make(name), source(), { steps: 2, seed: 3, optimizer: adam(), checkpoint: { store } });
    const resumed = make(name);
    const history = await pretrain(resumed, source(), { steps: 6, seed: 3, optimizer: adam(), checkpoint: { store } });
    expect(history.loss).toEqual(expected.loss);
    expect(await resumed.getState()).toEqual(await whole.getState());
    expect(new Set(expected.loss).size).toBe(6);
  });

  test.each(Object.keys(makers))(
    '%s moves all its variables, leaves no tensor behind, and gives back what it made',
    async (name) => {
      const method = (makers[name] as (own: Own) => AnyMethod)(own);
      const optimizer = adam();
      const data = images();
      const step = (k: number): void => {
        const prepared = method.prepare(data, foldIn(5, k));
        const { value, grads } = variableGrads(() => method.loss(prepared), method.variables);
        expect(Object.keys(grads).length).toBe(method.variables.length);
        optimizer.applyGradients(grads);
        method.afterStep();
        dispose([value, ...Object.values(grads)]);
        dispose(prepared as Tensor);
      };
      const before = await Promise.all(method.variables.map(async (v) => Array.from(await v.data())));
      step(0);
      const tensors = memory().numTensors;
      step(1);
      step(2);
      expect(memory().numTensors).toBe(tensors);
      for (const [i, v] of method.variables.entries())
        expect(Array.from(await v.data()), v.name).not.toEqual(before[i]);
      method.dispose();
      method.dispose();
      expect(() => method.prepare(data, 1)).toThrow(`${name}: used after dispose()`);
      await expect(method.getState()).rejects.toThrow(`${name}: used after dispose()`);
      expect((await flat(hold(method.encoder.predict(data) as Tensor))).every(Number.isFinite)).toBe(true);
    },
  );

  test.each(Object.keys(makers))('%s draws its views from the seed alone', async (name) => {
    const method = make(name);
    const data = images();
    const [a, b, c] = [method.prepare(data, 7), method.prepare(data, 7), method.prepare(data, 8)];
    const numbers = async (prepared: unknown): Promise<number[]> => {
      const parts = 'shape' in (prepared as object) ? [prepared] : Object.values(prepared as object);
      const tensors = parts.filter((x): x is Tensor => x instanceof Tensor);
      for (const x of tensors) hold(x);
      return (await Promise.all(tensors.map(flat))).flat();
    };
    const [na, nb, nc] = [await numbers(a), await numbers(b), await numbers(c)];
    expect(nb).toEqual(na);
    expect(nc).not.toEqual(na);
  });

  test('MoCo fills its queue, and its key encoder follows', async () => {
    const encoder = encoderOf(own);
    const method = own(new MoCo({ encoder, capacity: 7, momentum: 0.5 }));
    await pretrain(method, source(), { steps: 3, seed: 1, optimizer: adam() });
    expect(method.queue.filled).toBe(7);
    const rows = await flat(hold(method.queue.values()));
    for (let i = 0; i < 7; i++) expect(Math.hypot(...rows.slice(128 * i, 128 * (i + 1)))).toBeCloseTo(1, 3);
  });

  test('a model that does not fit is rejected', () => {
    const encoder = encoderOf(own);
    const wrong = own(projectionHead({ inputDim: 5 }));
    for (const Class of [SimCLR, MoCo, BarlowTwins]) {
      expect(() => new Class({ encoder, head: wrong })).toThrow(
        `${Class.name}: head must take [batch, 6], the encoder's output, got [batch, 5]`,
      );
      expect(() => new Class({ encoder: wrong })).toThrow(
        `${Class.name}: encoder must take images [batch, height, width, channels]`,
      );
    }
    expect(() => new SimCLR({ encoder, temperature: 0 })).toThrow('SimCLR: temperature must lie in');
    expect(() => new MoCo({ encoder, capacity: 0 })).toThrow('MoCo: capacity must be an integer >= 1, got 0');
    expect(() => new BarlowTwins({ encoder, lambda: -1 })).toThrow('BarlowTwins: lambda must be a number >= 0, got -1');
  });

  test('a state of another architecture is rejected before anything changes', async () => {
    const [small, other] = [
      make('SimCLR'),
      own(new SimCLR({ encoder: own(smallConvNet({ inputShape: [8, 8, 3], channels: [5] })) })),
    ];
    const before = await small.getState();
    await expect(small.setState(await other.getState())).rejects.toThrow(
      /SimCLR: state 'encoder\[\d+\]' must have shape/,
    );
    expect(await small.getState()).toEqual(before);
  });
});
