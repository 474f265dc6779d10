import { memory, type Optimizer, slice, type Tensor2D, train, zeros } from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import type { State } from '../../src/internal/state.js';
import { foldIn } from '../../src/random/index.js';
import {
  AdamW,
  type BatchSource,
  batches,
  LARS,
  type PretrainOptions,
  pretrain,
  type TrainingCallbacks,
} from '../../src/training/index.js';
import { disposeOptimizer } from '../helpers/disposeOptimizer.js';
import { expectClose, flat, hold, onEveryBackend, uniforms } from '../helpers/index.js';
import { MemoryStore } from '../helpers/memoryStore.js';
import { ToyMethod } from './toyMethod.js';

const optimizers: Record<string, () => Optimizer> = {
  sgd: () => train.sgd(0.1),
  momentum: () => train.momentum(0.1, 0.9),
  rmsprop: () => train.rmsprop(0.01, 0.9, 0.1, 1e-8),
  adam: () => train.adam(0.05, 0.9, 0.999, 1e-8),
  LARS: () => new LARS({ learningRate: 0.1, noDecay: 'none' }),
  AdamW: () => new AdamW({ learningRate: (step) => 0.05 / (step + 1) }),
};
const source = () => batches(uniforms<Tensor2D>(1, [20, 3]), { size: 4 }, 5);

onEveryBackend('pretrain', () => {
  const methods: ToyMethod[] = [];
  const used: Optimizer[] = [];
  const run = async (options: Partial<PretrainOptions>, method = new ToyMethod()) => {
    methods.push(method);
    const optimizer = options.optimizer ?? train.sgd(0.1);
    used.push(optimizer);
    const history = await pretrain(method, source(), { seed: 3, ...options, optimizer });
    return { history, weights: await flat(method.weights as never), method };
  };
  afterEach(() => {
    for (const method of methods.splice(0)) method.dispose();
    for (const optimizer of new Set(used.splice(0))) disposeOptimizer(optimizer);
  });

  test('lowers the loss, and counts', async () => {
    const { history, method } = await run({ steps: 40 });
    expect(history.steps).toBe(40);
    expect(history.loss.length).toBe(40);
    expect(history.stopped).toBe('finished');
    expect(method.steps).toBe(40);
    expect(history.imagesPerSecond).toBeGreaterThan(0);
    const mean = (x: number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
    expect(mean(history.loss.slice(-10))).toBeLessThan(0.8 * mean(history.loss.slice(0, 3)));
  });

  test.each(Object.keys(optimizers))('interrupted and resumed equals uninterrupted, bit for bit: %s', async (name) => {
    const make = optimizers[name] as () => Optimizer;
    const whole = make();
    const { history, weights } = await run({ steps: 13, optimizer: whole });
    const store = new MemoryStore();
    const [first, second] = [make(), make()];
    await run({ steps: 8, optimizer: first, checkpoint: { store } });
    const resumed = await run({ steps: 13, optimizer: second, checkpoint: { store } });
    expect(resumed.weights).toEqual(weights);
    expect(resumed.history.loss).toEqual(history.loss);
    expect(resumed.method.steps).toBe(13);
    expect(resumed.method.seeds).toEqual(Array.from({ length: 5 }, (_, i) => foldIn(3, 8 + i)));
  });

  test('keeps no tensor but the slots of the optimizer', async () => {
    const optimizer = train.adam(0.05, 0.9, 0.999, 1e-8);
    const method = new ToyMethod();
    const batched = source();
    await pretrain(method, batched, { steps: 2, seed: 1, optimizer });
    const before = memory().numTensors;
    const store = new MemoryStore();
    await pretrain(method, batched, { steps: 6, seed: 1, optimizer, checkpoint: { store, every: 2 } });
    expect(memory().numTensors).toBe(before);
    await pretrain(method, batched, { steps: 8, seed: 1, optimizer, checkpoint: { store, every: 2 } });
    expect(memory().numTensors).toBe(before);
    optimizer.dispose();
    method.dispose();
  });

  test('stops on the signal after the step in progress, with a checkpoint', async () => {
    const controller = new AbortController();
    const store = new MemoryStore();
    const { history } = await run({
      steps: 50,
      signal: controller.signal,
      checkpoint: { store, every: 1000 },
      callbacks: { onBatchEnd: (_, logs) => logs?.step === 2 && controller.abort() },
    });
    expect([history.steps, history.stopped]).toEqual([3, 'aborted']);
    expect([store.saves.length, store.state?.step]).toEqual([1, 3]);
  });

  test('calls callbacks as fit does', async () => {
    const calls: string[] = [];
    const note = (name: string) => (n?: unknown, logs?: unknown) => {
      const { loss, size } = ((typeof n === 'number' ? logs : n) ?? {}) as { loss?: number; size?: number };
      calls.push(
        `${name}${typeof n === 'number' ? n : ''}${size ? ` size ${size}` : ''}${loss === undefined ? '' : ' loss'}`,
      );
    };
    const names = ['onTrainBegin', 'onTrainEnd', 'onEpochBegin', 'onEpochEnd', 'onBatchBegin', 'onBatchEnd'];
    const callbacks = Object.fromEntries(names.map((name) => [name, note(name.slice(2))]));
    const { history } = await run({ epochs: 2, steps: 7, callbacks: [callbacks] });
    expect(history.steps).toBe(7);
    const batch = (i: number): string[] => [`BatchBegin${i} size 4`, `BatchEnd${i} size 4 loss`];
    expect(calls).toEqual([
      'TrainBegin',
      'EpochBegin0',
      ...[0, 1, 2, 3, 4].flatMap(batch),
      'EpochEnd0 loss',
      'EpochBegin1',
      ...[0, 1].flatMap(batch),
      'EpochEnd1 loss',
      'TrainEnd loss',
    ]);
  });

  test('ends after the epochs, and after the minutes', async () => {
    expect((await run({ epochs: 2 })).history.steps).toBe(10);
    const { history } = await run({ minutes: 0.002 });
    expect(history.steps).toBeGreaterThan(0);
    expect(history.stopped).toBe('finished');
  });

  test('takes iterables, generators and datasets, also after a resume', async () => {
    const made = (): Tensor2D[] => Array.from({ length: 4 }, (_, i) => uniforms<Tensor2D>(i, [4, 3]));
    const options = (): PretrainOptions => {
      const optimizer = train.sgd(0.1);
      used.push(optimizer);
      return { steps: 7, seed: 1, optimizer };
    };
    const losses = async (
      batchSource: Parameters<typeof pretrain<Tensor2D, never>>[1],
      extra: Partial<PretrainOptions> = {},
    ) => {
      const method = new ToyMethod();
      methods.push(method);
      return (await pretrain(method as never, batchSource, { ...options(), ...extra })).loss;
    };
    const expected = await losses(() => made());
    expect(expected.length).toBe(7);
    expect(await losses(made)).toEqual(expected);
    expect(
      await losses(async function* () {
        yield* made();
      }),
    ).toEqual(expected);
    const dataset = {
      iterator: async () => {
        const rest = made();
        return {
          next: async () => ({ value: rest.shift() as Tensor2D, done: rest.length < 0 }) as IteratorResult<Tensor2D>,
        };
      },
    };
    expect(await losses(dataset, { steps: 4 })).toEqual(expected.slice(0, 4));
    const once = (function* () {
      yield* made();
    })();
    expect((await losses(once)).length).toBe(4);
    const store = new MemoryStore();
    await losses(made, { steps: 3, checkpoint: { store } });
    expect(await losses(made, { checkpoint: { store } })).toEqual(expected);
    await expect(losses(() => [])).rejects.toThrow(
      'batches must give at least one batch per epoch, got none in epoch 0',
    );
  });

  test("an array of batches goes round, stays the caller's, and resumes without a second look", async () => {
    const array = Array.from({ length: 3 }, (_, i) => uniforms<Tensor2D>(i, [4, 3]));
    const rounds = async (extra: Partial<PretrainOptions>, from: BatchSource<Tensor2D> = array) => {
      const [method, optimizer] = [new ToyMethod(), train.sgd(0.1)];
      methods.push(method);
      used.push(optimizer);
      return (await pretrain(method, from, { steps: 7, seed: 1, optimizer, ...extra })).loss;
    };
    const expected = await rounds({});
    expect(array.some(({ isDisposed }) => isDisposed)).toBe(false);
    const copies = (): Tensor2D[] => array.map((batch) => hold(batch.clone()));
    expect(await rounds({}, copies)).toEqual(expected);
    const store = new MemoryStore();
    await rounds({ steps: 4, checkpoint: { store } });
    const seen: number[] = [];
    const watched = new Proxy(array, {
      get: (target, key) => {
        if (/^\d+$/.test(String(key))) seen.push(Number(key));
        return Reflect.get(target, key);
      },
    });
    expect(await rounds({ checkpoint: { store } }, watched)).toEqual(expected);
    expect(seen.slice(-3)).toEqual([1, 2, 0]); // what was before is the fingerprint's look at the data
    expect((await rounds({ steps: 90, epochs: 2 })).length).toBe(6);
    await expect(rounds({}, [])).rejects.toThrow('at least one batch per epoch, got none in epoch 0');
    // Sets can be started again, generators can't; both are told when a run leaves them early.
    expect(await rounds({}, { [Symbol.iterator]: () => copies()[Symbol.iterator]() })).toEqual(expected);
    let closed = 0;
    const once = function* (): Generator<Tensor2D> {
      try {
        yield* copies();
      } finally {
        closed += 1;
      }
    };
    expect(await rounds({ steps: 2 }, once())).toEqual(expected.slice(0, 2));
    expect(closed).toBe(1);
    await expect(rounds({ steps: 9, checkpoint: { store } }, once())).rejects.toThrow(
      'batches must reach to where the checkpoint stands, 7 batches, got 3',
    );
  });

  test('accumulated batches move the weights as one large batch does', async () => {
    const rows = uniforms<Tensor2D>(4, [12, 3]);
    const trained = async (from: BatchSource<Tensor2D>, extra: Partial<PretrainOptions>) => {
      const [method, optimizer] = [new ToyMethod(), train.sgd(0.5)];
      method.noise = 0;
      methods.push(method);
      used.push(optimizer);
      const history = await pretrain(method, from, { steps: 3, seed: 1, optimizer, ...extra });
      return { history, method, weights: await flat(method.weights) };
    };
    const parts = [0, 3, 6, 9].map((at) => hold(slice(rows, [at, 0], [3, 3])));
    const large = await trained([rows], {});
    const begun: number[] = [];
    const sizes: number[] = [];
    const callbacks: TrainingCallbacks = {
      onBatchBegin: (batch) => begun.push(batch),
      onBatchEnd: (_, logs) => sizes.push(logs?.size as number),
    };
    const small = await trained(parts, { accumulate: 4, callbacks });
    await expectClose(small.weights, large.weights, { atol: 1e-6 });
    await expectClose(small.history.loss, large.history.loss, { atol: 1e-7 });
    expect([small.method.steps, small.method.seeds.length, sizes]).toEqual([3, 12, [12, 12, 12]]);
    expect(small.method.seeds).toEqual(Array.from({ length: 12 }, (_, b) => foldIn(1, b)));
    expect(begun).toEqual([0, 0, 0]);
    // What does not fill a step is left out, and nothing stays of it.
    const passes = await trained(() => parts.map((part) => hold(part.clone())), {
      epochs: 2,
      steps: 99,
      accumulate: 3,
    });
    expect(passes.history.steps).toBe(2);
    const before = memory().numTensors;
    const odd = await trained(parts, { steps: 99, epochs: 2, accumulate: 3 });
    expect(odd.history.steps).toBe(2);
    const stream = await trained(parts.map((part) => part.clone())[Symbol.iterator](), { steps: 9, accumulate: 3 });
    expect(stream.history.steps).toBe(1);
    expect(memory().numTensors - before).toBe(2 * 2); // weights, and SGD's constant
    const store = new MemoryStore();
    await trained(parts, { steps: 1, accumulate: 4, checkpoint: { store } });
    const resumed = await trained(parts, { accumulate: 4, checkpoint: { store } });
    expect(resumed.weights).toEqual(small.weights);
    await expect(trained(parts, { accumulate: 2, checkpoint: { store } })).rejects.toThrow(
      'accumulate must be that of the checkpoint, 4, got 2',
    );
    await expect(trained(parts, { accumulate: 5, epochs: 1 })).rejects.toThrow(
      'accumulate must be at most the batches of all epochs, 4, got 5',
    );
    await expect(trained(parts, { accumulate: 0 })).rejects.toThrow('accumulate must be an integer >= 1, got 0');
  });

  test('clips all gradients together', async () => {
    const { weights } = await run({ steps: 1, optimizer: train.sgd(1), clipNorm: 1e-3 });
    expect(Math.hypot(...weights)).toBeCloseTo(1e-3, 8);
    await expect(run({ steps: 1, clipNorm: 0 })).rejects.toThrow('clipNorm must be a number > 0, got 0');
  });

  test('ends an epoch with its mean loss; what tfjs-vis makes fits as callbacks', async () => {
    // The type and the behaviour of `show.fitCallbacks(container, ['loss'])`, without the drawing.
    const drawn: Record<string, number[]> = {};
    const fitCallbacks: { [callback: string]: (iteration: number, log: { [key: string]: number }) => Promise<void> } =
      Object.fromEntries(
        ['onEpochEnd', 'onBatchEnd'].map((name) => [
          name,
          async (_: number, log: { [key: string]: number }) => {
            drawn[name] = [...(drawn[name] ?? []), log.loss as number];
          },
        ]),
      );
    const store = new MemoryStore();
    await run({ steps: 7, callbacks: fitCallbacks, checkpoint: { store } });
    const { history } = await run({ epochs: 2, callbacks: fitCallbacks, checkpoint: { store } });
    expect(drawn.onBatchEnd).toEqual(history.loss);
    const mean = (x: number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
    const [first, cut, second] = drawn.onEpochEnd as [number, number, number];
    expect(first).toBeCloseTo(mean(history.loss.slice(0, 5)), 6);
    expect(cut).toBeCloseTo(mean(history.loss.slice(5, 7)), 6);
    expect(second).toBeCloseTo(mean(history.loss.slice(5)), 6);
  });

  test('sets the learning rate of the step', async () => {
    const still = await run({ steps: 3, learningRate: () => 0 });
    expect(still.weights.every((w) => w === 0)).toBe(true);
    const optimizer = train.adam(0.3, 0.9, 0.999, 1e-8);
    const adam = await run({ steps: 3, optimizer, learningRate: (step) => (step === 2 ? 0.01 : 0) });
    expect(Math.max(...adam.weights.map(Math.abs))).toBeLessThan(0.011);
    expect(Math.max(...adam.weights.map(Math.abs))).toBeGreaterThan(0.001);
    await expect(run({ steps: 3, learningRate: () => Number.NaN })).rejects.toThrow('learningRate must lie in [0,');
  });

  test('stops before weights become NaN, keeps the last checkpoint and leaks nothing', async () => {
    const method = new ToyMethod();
    const store = new MemoryStore();
    const optimizer = train.sgd(1e12);
    const batched = source();
    const before = memory().numTensors;
    await expect(
      pretrain(method, batched, { steps: 60, seed: 1, optimizer, checkpoint: { store, every: 1 } }),
    ).rejects.toThrow(/pretrain: (the loss is|the gradient of|weights are not finite)/);
    expect(memory().numTensors).toBe(before);
    const kept = ((store.state as State).method as State).weights as { data: Float32Array };
    expect(kept.data.every(Number.isFinite)).toBe(true);
    method.scale = 1;
    method.root = true;
    method.weights.assign(hold(zeros([3, 3])));
    await expect(pretrain(method, batched, { steps: 1, seed: 1, optimizer })).rejects.toThrow(
      /the gradient of \S+ is not finite at step 0/,
    );
    expect(await flat(method.weights as never)).toEqual(new Array(9).fill(0));
    method.scale = Number.NaN;
    await expect(pretrain(method, batched, { steps: 1, seed: 1, optimizer })).rejects.toThrow(
      'the loss is NaN at step 0',
    );
    optimizer.dispose();
    method.dispose();
  });

  test('rejects bad options and foreign checkpoints', async () => {
    await expect(run({})).rejects.toThrow('one of steps, epochs and minutes must be given');
    await expect(run({ steps: 0 })).rejects.toThrow('pretrain: steps must be an integer >= 1, got 0');
    await expect(run({ minutes: Number.NaN })).rejects.toThrow('minutes must be a number > 0, got NaN');
    await expect(run({ steps: 1, seed: 0.5 })).rejects.toThrow('seed must be a safe integer');
    const store = new MemoryStore();
    await run({ steps: 2, checkpoint: { store } });
    await expect(run({ steps: 4, seed: 4, checkpoint: { store } })).rejects.toThrow(
      'seed must be that of the checkpoint',
    );
    const adam = train.adam(0.1, 0.9, 0.999, 1e-8);
    await expect(run({ steps: 4, optimizer: adam, checkpoint: { store } })).rejects.toThrow(
      'optimizer state must be of class Adam, got SGD',
    );
    const adamax = train.adamax(0.1, 0.9, 0.999, 1e-8, 0);
    await expect(run({ steps: 4, optimizer: adamax, checkpoint: { store: new MemoryStore() } })).rejects.toThrow(
      'pretrain: optimizer must have getWeights and setWeights for checkpoints, Adamax has none',
    );
    store.state = { format: 'other' };
    await expect(run({ steps: 4, checkpoint: { store } })).rejects.toThrow(
      'checkpoint must have format \'selfsup-pretrain-2\', got "other"',
    );
  });
});
