import {
  memory,
  type Optimizer,
  ones,
  type Tensor,
  type Tensor2D,
  tensor1d,
  tensor2d,
  train,
} from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { RangeError, ShapeError } from '../../src/internal/errors.js';
import type { ArrayState, State, StateValue } from '../../src/internal/state.js';
import { MoCo } from '../../src/methods/index.js';
import { smallConvNet } from '../../src/models/index.js';
import { AdamW, type BatchSource, batches, LARS, type PretrainOptions, pretrain } from '../../src/training/index.js';
import { disposeOptimizer } from '../helpers/disposeOptimizer.js';
import { flat, hold, onEveryBackend, uniforms } from '../helpers/index.js';
import { MemoryStore } from '../helpers/memoryStore.js';
import { ToyMethod } from './toyMethod.js';

type Changed = Record<string, StateValue | undefined>;

const optimizers: Record<string, () => Optimizer> = {
  sgd: () => train.sgd(0.1),
  momentum: () => train.momentum(0.1, 0.9),
  rmsprop: () => train.rmsprop(0.01, 0.9, 0.1, 1e-8),
  'rmsprop, centered': () => train.rmsprop(0.01, 0.9, 0.1, 1e-8, true),
  adagrad: () => train.adagrad(0.1),
  adadelta: () => train.adadelta(0.1, 0.95, 1e-8),
  adam: () => train.adam(0.05, 0.9, 0.999, 1e-8),
  LARS: () => new LARS({ learningRate: 0.1, noDecay: 'none' }),
  AdamW: () => new AdamW({ learningRate: 0.05 }),
};
const rows = (seed = 1): Float32Array => Float32Array.from({ length: 60 }, (_, i) => Math.sin(seed + i) / 2 + 0.5);
const hostData = (seed = 1) => ({ data: rows(seed), shape: [20, 3] });

onEveryBackend('resume', () => {
  const methods: ToyMethod[] = [];
  const used: Optimizer[] = [];
  const make = (name = 'adam'): Optimizer => {
    const optimizer = (optimizers[name] as () => Optimizer)();
    used.push(optimizer);
    return optimizer;
  };
  const toy = (): ToyMethod => {
    const method = new ToyMethod();
    methods.push(method);
    return method;
  };
  const source = (seed = 1, size = 4, order = 5) => batches<Tensor2D>(hostData(seed), { size }, order);
  const run = async (options: Partial<PretrainOptions>, from: BatchSource<Tensor2D> = source(), method = toy()) => {
    const optimizer = options.optimizer ?? make();
    const history = await pretrain(method, from, { seed: 3, ...options, optimizer });
    return { history, method, optimizer, weights: await flat(method.weights) };
  };
  afterEach(() => {
    for (const method of methods.splice(0)) method.dispose();
    for (const optimizer of new Set(used.splice(0))) disposeOptimizer(optimizer);
  });

  test('accumulated: the losses of a resumed run are those of an uninterrupted one, to the last bit', async () => {
    const whole = await run({ steps: 9, accumulate: 3 });
    const store = new MemoryStore();
    await run({ steps: 4, accumulate: 3, checkpoint: { store } });
    const { history } = await run({ steps: 9, accumulate: 3, checkpoint: { store } });
    expect(history.loss).toEqual(whole.history.loss);
    expect(history.loss.some((loss) => Math.fround(loss) !== loss)).toBe(true);
    expect([history.resumedFrom, whole.history.resumedFrom]).toEqual([4, 0]);
  });

  test('a checkpoint of before, with float32 losses and no fingerprint, is resumed', async () => {
    const store = new MemoryStore();
    const { history } = await run({ steps: 4, checkpoint: { store } });
    const { source: _, loss: __, ...rest } = store.state as State;
    const loss: ArrayState = { dtype: 'float32', shape: [4], data: Float32Array.from(history.loss) };
    store.state = { ...rest, format: 'selfsup-pretrain-1', loss };
    const resumed = await run({ steps: 6, checkpoint: { store } });
    expect([resumed.history.steps, resumed.history.resumedFrom]).toEqual([6, 4]);
    expect(resumed.history.loss.slice(0, 4)).toEqual(Array.from(loss.data));
    expect(store.state.format).toBe('selfsup-pretrain-2');
  });

  test.each(Object.keys(optimizers))(
    'a checkpoint of %s refused by any other optimizer changes nothing',
    async (name) => {
      const store = new MemoryStore();
      await run({ steps: 3, optimizer: make(name), checkpoint: { store } });
      for (const other of Object.keys(optimizers).filter((key) => key !== name)) {
        const method = toy();
        const optimizer = make(other);
        const { weights } = await run({ steps: 2, optimizer }, source(), method);
        const slots = async (): Promise<number[][]> => {
          const named = await optimizer.getWeights();
          const values = await Promise.all(named.map(({ tensor }) => flat(tensor)));
          named[0]?.tensor.dispose();
          return values;
        };
        const [before, steps, tensors] = [await slots(), method.steps, memory().numTensors];
        const refused = run({ steps: 5, optimizer, checkpoint: { store } }, source(), method);
        await expect(refused).rejects.toThrow(ShapeError);
        await expect(refused).rejects.toThrow(/^pretrain: optimizer/);
        expect(await flat(method.weights)).toEqual(weights);
        expect([await slots(), method.steps]).toEqual([before, steps]);
        expect(memory().numTensors).toBe(tensors);
      }
    },
  );

  test('where a method takes half of a state and then fails, all is as before', async () => {
    const store = new MemoryStore();
    await run({ steps: 3, checkpoint: { store } });
    const state = store.state as { method: State } & State;
    store.state = { ...state, method: { ...state.method, weights: (state.method as Changed).weights as never } };
    const method = toy();
    const real = method.setState.bind(method);
    let calls = 0;
    method.setState = async (given) => {
      await real(given);
      calls += 1;
      if (calls === 1) (undefined as unknown as Tensor).dispose();
    };
    const before = await flat(method.weights);
    const refused = run({ steps: 5, checkpoint: { store } }, source(), method);
    await expect(refused).rejects.toThrow(ShapeError);
    await expect(refused).rejects.toThrow(/^pretrain: checkpoint.method must be a state of the method: /);
    expect([await flat(method.weights), method.steps]).toEqual([before, 0]);
  });

  test('other data, batch size, order or dropLast is refused, and can be allowed', async () => {
    const labelled = (labels: number[]): BatchSource<Tensor2D> => {
      const named = { x: hostData(), labels: { data: Int32Array.from(labels), shape: [20] } };
      const inner = batches(named, { size: 4 }, 5);
      return {
        ...inner,
        at: (step: number) => {
          const { x, labels: own } = inner.at(step);
          own.dispose();
          return x as Tensor2D;
        },
      };
    };
    const classes = Array.from({ length: 20 }, (_, i) => i % 3);
    const pixel = hostData();
    pixel.data[59] = 0.123;
    const held = hold(tensor2d(rows(), [20, 3]));
    const changed = hold(tensor2d(pixel.data.slice(), [20, 3]));
    const inArray = (seed: number): Tensor2D[] => [0, 1, 2].map((i) => uniforms<Tensor2D>(seed + i, [4, 3]));
    const made = inArray(1);
    const passes = (seed: number) => () => inArray(seed).map((x) => hold(x.clone()));
    const dataset = (seed: number) => ({
      iterator: async () => {
        const rest = inArray(seed).map((x) => hold(x.clone()));
        return {
          next: async () => ({ value: rest[0], done: rest.shift() === undefined }) as IteratorResult<Tensor2D>,
        };
      },
    });
    const own = (seed: number) => {
      const { fingerprint: _, ...rest } = source(seed);
      return rest;
    };
    const cases: Record<string, [BatchSource<Tensor2D>, BatchSource<Tensor2D>, RegExp]> = {
      pixels: [source(), source(2), /data float32 \[20, 3\] \w+", got/],
      'one pixel': [source(), batches<Tensor2D>(pixel, { size: 4 }, 5), /float32 \[20, 3\] \w{16}"/],
      size: [source(), source(1, 5), /batches of 4, .* got "batches of 5/],
      order: [source(), source(1, 4, 6), /seed \d+:\d+/],
      dropLast: [
        batches<Tensor2D>(hostData(), { size: 4 }, 5),
        batches<Tensor2D>(hostData(), { size: 4, dropLast: false }, 5),
        /dropLast true.* got .*dropLast false/,
      ],
      labels: [labelled(classes), labelled(classes.map((c) => (c + 1) % 3)), /labels int32 \[20\]/],
      tensors: [batches(held, { size: 4 }, 5), batches(changed, { size: 4 }, 5), /data float32 \[20, 3\]/],
      'an array of batches': [made, [...made.slice(0, 2), inArray(9)[0] as Tensor2D], /array of 3/],
      'fewer batches': [made, made.slice(0, 2), /array of 3, .* got "array of 2/],
      'a function': [passes(1), passes(4), /first batch float32 \[4, 3\]/],
      'a dataset': [dataset(1), dataset(4), /first batch float32 \[4, 3\]/],
      'batches of the caller': [own(1), own(2), /batches of 5, 0: float32/],
      'another kind of source': [source(), made, /got "array of 3/],
    };
    for (const [name, [first, second, text]] of Object.entries(cases)) {
      const store = new MemoryStore();
      const begun = await run({ steps: 2, checkpoint: { store } }, first);
      expect((await run({ steps: 3, checkpoint: { store } }, first)).history.resumedFrom, name).toBe(2);
      const kept = structuredClone(store.state);
      const [method, tensors] = [toy(), memory().numTensors];
      const refused = run({ steps: 4, checkpoint: { store }, optimizer: begun.optimizer }, second, method);
      await expect(refused, name).rejects.toThrow(RangeError);
      await expect(refused, name).rejects.toThrow(/^pretrain: source must be that of the checkpoint/);
      await expect(refused, name).rejects.toThrow(text);
      await expect(refused, name).rejects.toThrow("checkpoint.onOtherData: 'continue'");
      expect(await flat(method.weights), name).toEqual(new Array(9).fill(0));
      expect(store.state, name).toEqual(kept);
      if (!/function|dataset/.test(name)) expect(memory().numTensors, name).toBe(tensors);
      const allowed = { store, onOtherData: 'continue' as const };
      expect((await run({ steps: 4, checkpoint: allowed }, second)).history.steps, name).toBe(4);
      // From then on the new source is the one that belongs to the run.
      expect((await run({ steps: 5, checkpoint: { store } }, second)).history.steps, name).toBe(5);
      await expect(run({ steps: 6, checkpoint: { store } }, first), name).rejects.toThrow('source must be that');
    }
  });

  test('a batch that is drawn to tell the source is freed when the run is refused, or has nothing left to do', async () => {
    const store = new MemoryStore();
    const passes = (value: number) => () => [0, 1, 2].map(() => tensor2d(rows(value).slice(0, 12), [4, 3]));
    await run({ steps: 3, checkpoint: { store } }, passes(1));
    const [method, optimizer] = [toy(), make()];
    const drawn: Tensor2D[] = [];
    const watched = (value: number) => () => {
      const made = passes(value)();
      drawn.push(...made);
      return made;
    };
    const free = (): number => {
      const open = drawn.splice(0).filter(({ isDisposed }) => !isDisposed);
      for (const x of open) x.dispose();
      return open.length;
    };
    await expect(run({ steps: 9, optimizer, checkpoint: { store } }, watched(2), method)).rejects.toThrow('source');
    expect(free()).toBeLessThan(3);
    await expect(run({ steps: 3, optimizer, checkpoint: { store } }, watched(2), method)).rejects.toThrow('source');
    free();
    const { history } = await run({ steps: 3, optimizer, checkpoint: { store } }, watched(1), method);
    expect([history.steps, history.resumedFrom]).toEqual([3, 3]);
    expect(free()).toBe(2); // those of the pass that nobody asked for
  });

  test('a finished run trains nothing more, and the history says so; clear starts over', async () => {
    const store = new MemoryStore();
    const first = await run({ steps: 4, checkpoint: { store } });
    const again = await run({ steps: 4, checkpoint: { store } });
    expect(again.weights).toEqual(first.weights);
    expect(again.history).toMatchObject({ steps: 4, resumedFrom: 4, stopped: 'finished', loss: first.history.loss });
    await expect(run({ steps: 4, checkpoint: { store } }, source(2))).rejects.toThrow('source must be that of');
    await store.clear();
    const fresh = await run({ steps: 4, checkpoint: { store } }, source(2));
    expect(fresh.history.resumedFrom).toBe(0);
  });

  test('is saved by time as well as by steps', async () => {
    const store = new MemoryStore();
    const slow = { onBatchEnd: () => new Promise((resolve) => setTimeout(resolve, 12)) };
    await run({ steps: 6, checkpoint: { store, every: 1000, everySeconds: 0.02 }, callbacks: slow });
    expect(store.saves.length).toBeGreaterThan(2);
    expect(store.saves.at(-1)).toBe(6);
    const other = new MemoryStore();
    await run({ steps: 6, checkpoint: { store: other, every: 1000 }, callbacks: slow });
    expect(other.saves).toEqual([6]);
    await expect(run({ steps: 1, checkpoint: { store, everySeconds: 0 } })).rejects.toThrow(
      'pretrain: checkpoint.everySeconds must be a number > 0, got 0',
    );
  });

  test('a crafted checkpoint is refused in one line that names the entry, and changes nothing', async () => {
    const store = new MemoryStore();
    await run({ steps: 3, optimizer: make(), checkpoint: { store } });
    const good = store.state as State;
    const loss = good.loss as ArrayState;
    const optimizer = good.optimizer as { weights: ArrayState[] } & State;
    const method = good.method as State;
    const weights = method.weights as ArrayState;
    const array = (dtype: ArrayState['dtype'], shape: number[], data: ArrayState['data']): ArrayState => ({
      dtype,
      shape,
      data,
    });
    const replaced = (i: number, value: unknown): Changed => ({
      optimizer: { ...optimizer, weights: optimizer.weights.map((w, k) => (k === i ? value : w)) } as never,
    });
    const nan = Float32Array.from(weights.data).fill(Number.NaN, 4, 5);
    const bits = Int32Array.from(loss.data);
    bits[1] = 0x7ff80000;
    const cases: [Changed, RegExp][] = [
      ...[1e9, 2, '3', -1, 1.5, Number.NaN, null, undefined, [3], {}, true, 2 ** 53].map((step): [Changed, RegExp] => [
        { step } as Changed,
        /checkpoint\.(step|loss)/,
      ]),
      ...['x', -1, Number.NaN, Number.POSITIVE_INFINITY, null, undefined].map((seconds): [Changed, RegExp] => [
        { seconds },
        /checkpoint\.seconds/,
      ]),
      ...['x', -4, 0.5, Number.NaN, undefined].map((images): [Changed, RegExp] => [{ images }, /checkpoint\.images/]),
      ...[0, '1', undefined, 1.5].map((accumulate): [Changed, RegExp] => [{ accumulate }, /checkpoint\.accumulate/]),
      ...[null, 5, undefined, [], 'seed'].map((seed): [Changed, RegExp] => [{ seed }, /checkpoint\.seed/]),
      [{ seed: { high: 'x', low: 0 } }, /checkpoint\.seed\.high/],
      [{ seed: { low: 0 } }, /checkpoint\.seed\.high/],
      ...[undefined, null, 'x', [1, 2, 3], array('float32', [3], new Float32Array(3))].map(
        (value): [Changed, RegExp] => [{ loss: value }, /checkpoint\.loss/],
      ),
      [{ loss: array('int32', [3, 2], new Int32Array(4)) }, /checkpoint\.loss/],
      [{ loss: array('int32', [3, 2], bits) }, /checkpoint\.loss must be finite/],
      ...[undefined, 7, {}].map((value): [Changed, RegExp] => [{ source: value }, /checkpoint\.source/]),
      ...[undefined, null, 'x', 5, []].map((value): [Changed, RegExp] => [{ method: value }, /checkpoint\.method/]),
      [{ method: {} }, /ToyMethod: state has no array 'weights'/],
      [{ method: { ...method, weights: 'x' } }, /ToyMethod: state has no array 'weights'/],
      [{ method: { ...method, weights: array('float32', [2, 3], new Float32Array(6)) } }, /must have shape \[3, 3\]/],
      [{ method: { ...method, weights: array('float32', [3, 3], new Float32Array(8)) } }, /must hold 9 values/],
      [{ method: { ...method, weights: array('float32', [3, 3], nan) } }, /checkpoint\.method\.weights must be finite/],
      ...[undefined, null, 'x', 5, []].map((value): [Changed, RegExp] => [
        { optimizer: value },
        /checkpoint\.optimizer/,
      ]),
      [{ optimizer: {} }, /optimizer state must be of class Adam, got none/],
      [{ optimizer: { ...optimizer, className: 5 } }, /must be of class Adam, got none/],
      [{ optimizer: { ...optimizer, weights: [] } }, /optimizer\.weights must be a list/],
      [{ optimizer: { ...optimizer, weights: 'x' } }, /optimizer\.weights must be a list/],
      [{ optimizer: { ...optimizer, names: ['iter'] } }, /optimizer\.names must be a list of 3 texts/],
      [{ optimizer: { ...optimizer, names: [1, 2, 3] } }, /optimizer\.names must be a list of 3 texts/],
      [{ optimizer: { ...optimizer, variables: 'x' } }, /optimizer\.variables/],
      [{ optimizer: { ...optimizer, variables: ['a', 'b'] } }, /must be that of 1 variables, got 2/],
      [{ optimizer: { ...optimizer, extras: {} } }, /optimizer\.accBeta1/],
      [{ optimizer: { ...optimizer, extras: null } }, /optimizer\.extras/],
      [replaced(0, array('int32', [], Int32Array.of(-3))), /optimizer\.weights\[0\] must hold counts/],
      [replaced(0, array('float32', [], Float32Array.of(3))), /optimizer\.weights\[0\] must hold counts/],
      [replaced(0, 3), /optimizer\.weights\[0\]/],
      [replaced(1, null), /optimizer\.weights\[1\]/],
      [replaced(1, array('float32', [9], new Float32Array(9))), /optimizer\.weights\[1\]' must have shape \[3, 3\]/],
      [replaced(2, array('int32', [3, 3], new Int32Array(9))), /optimizer\.weights\[2\]' must have dtype float32/],
      [replaced(1, array('float32', [3, 3], nan)), /checkpoint\.optimizer\.weights\[1\] must be finite/],
      [{ format: undefined }, /checkpoint must have format/],
    ];
    for (const [change, text] of cases) {
      store.state = { ...good, ...(change as State) };
      const [target, own] = [toy(), make()];
      const tensors = memory().numTensors;
      const error = await run({ steps: 5, optimizer: own, checkpoint: { store } }, source(), target).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      const what = JSON.stringify(change);
      expect(error?.message, what).toMatch(text);
      expect(error?.message, what).not.toContain('\n');
      expect(error instanceof ShapeError || error instanceof RangeError, `${what}: ${error?.stack}`).toBe(true);
      expect([await flat(target.weights), target.steps], what).toEqual([new Array(9).fill(0), 0]);
      expect(memory().numTensors, what).toBe(tensors);
    }
    for (const value of [5, 'text', [], true]) {
      store.state = value as never;
      await expect(run({ steps: 5, checkpoint: { store } })).rejects.toThrow('pretrain: checkpoint must be an object');
    }
  });

  test("MoCo's state is taken whole or not at all", async () => {
    const encoder = smallConvNet({ inputShape: [8, 8, 3], channels: [4] });
    const method = new MoCo({ encoder, capacity: 8 });
    method.queue.enqueue(hold(ones([3, 128])) as Tensor2D);
    const good = await method.getState();
    const other = structuredClone(good) as { [name: string]: never } & State;
    for (const value of [other.encoder, other.head].flat() as unknown as ArrayState[]) {
      (value.data as Float32Array).fill(0.25);
    }
    const queue = good.queue as State;
    const keyEncoder = good.keyEncoder as State;
    const bad: Changed[] = [
      { step: '3' },
      { step: -1 },
      { queue: undefined },
      { queue: { ...queue, pointer: 8 } },
      { queue: { ...queue, pointer: -1 } },
      { queue: { ...queue, filled: 9 } },
      { queue: { ...queue, filled: 2 } },
      { queue: { ...queue, filled: Number.NaN } },
      { queue: { ...queue, rows: null } },
      { keyEncoder: null },
      { keyEncoder: { ...keyEncoder, step: 0.5 } },
      { keyEncoder: { ...keyEncoder, parameters: [] } },
      { keyHead: 'x' },
      { encoder: [] },
      { head: undefined },
      {
        encoder: (good.encoder as ArrayState[]).map((w) => ({
          ...w,
          dtype: 'int32',
          data: new Int32Array(w.data.length),
        })),
      },
    ];
    for (const change of bad) {
      const error = await method.setState({ ...other, ...change } as State).catch((thrown: Error) => thrown);
      const what = JSON.stringify(change).slice(0, 80);
      expect(error instanceof ShapeError || error instanceof RangeError, `${what}: ${error}`).toBe(true);
      expect(await method.getState(), what).toEqual(good);
    }
    await method.setState(other);
    expect(await method.getState()).toEqual(other);
    method.dispose();
    encoder.dispose();
  });

  test('a tensor that holds bools has a fingerprint too; one that holds text is refused', async () => {
    const texts = hold(tensor1d(['a', 'b', 'c', 'd']));
    const flags = hold(tensor1d([true, false, true, true], 'bool'));
    expect(() => batches({ texts }, { size: 2 }, 1)).toThrow('batches: texts must hold numbers, got string [4]');
    const { fingerprint } = batches({ flags }, { size: 2 }, 1);
    const other = batches({ flags: hold(tensor1d([true, true, true, true], 'bool')) }, { size: 2 }, 1);
    expect(await fingerprint?.()).toMatch(/^batches of 2, dropLast true, seed .*, flags bool \[4\] \w{16}$/);
    expect(await other.fingerprint?.()).not.toBe(await fingerprint?.());
  });
});
