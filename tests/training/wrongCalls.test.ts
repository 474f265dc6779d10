import {
  cast,
  memory,
  mul,
  type Optimizer,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor1d,
  tensor2d,
  tidy,
  train,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RangeError, ShapeError } from '../../src/internal/errors.js';
import * as methods from '../../src/methods/index.js';
import { BarlowTwins, MAE, type Method, MoCo, SimCLR } from '../../src/methods/index.js';
import { maeModel, smallConvNet } from '../../src/models/index.js';
import * as momentum from '../../src/momentum/index.js';
import { ema, FeatureQueue, MemoryBank, MomentumEncoder, momentumSchedule } from '../../src/momentum/index.js';
import * as training from '../../src/training/index.js';
import {
  AdamW,
  batches,
  cachedGradients,
  clipByGlobalNorm,
  cosineSchedule,
  indexedDBCheckpoint,
  LARS,
  layerWiseDecay,
  pretrain,
} from '../../src/training/index.js';
import { flat, hold, onEveryBackend, uniforms } from '../helpers/index.js';
import { ToyMethod } from './toyMethod.js';

/** A way to call an export with options of which one may be misspelt; what it gives is disposed. */
type Call = (options: never) => unknown;
/** A function, the options that it takes, and a misspelling of one with what it was meant to be. */
type Row = readonly [name: string, call: Call, options: () => Record<string, unknown>, wrong: string, meant: string];

onEveryBackend('wrong calls', () => {
  const encoder = smallConvNet({ inputShape: [8, 8, 3], channels: [4] });
  const mae = maeModel({
    size: 8,
    patchSize: 4,
    dim: 8,
    depth: 1,
    heads: 2,
    decoderDim: 8,
    decoderDepth: 1,
    decoderHeads: 2,
  });
  let toy: ToyMethod;
  let optimizer: Optimizer;
  let bank: MemoryBank;
  let teacher: MomentumEncoder;
  const data = { data: new Float32Array(60), shape: [20, 3] };
  let pictures: Tensor;
  const source = () => batches<Tensor2D>(data, { size: 4 }, 1);
  beforeAll(() => {
    toy = new ToyMethod();
    optimizer = new AdamW({ learningRate: 0.01 });
    bank = new MemoryBank({ size: 4, dim: 2 });
    teacher = new MomentumEncoder(encoder);
    pictures = tidy(() => zeros([1, 8, 8, 3]));
  });
  afterAll(() => {
    for (const part of [toy, optimizer, bank, teacher, pictures, encoder, mae.features, mae.encoder, mae.decoder])
      part.dispose();
  });
  const made = (part: { dispose(): unknown }): unknown => part.dispose();
  const checkpoint = { store: { save: async () => undefined, load: async () => null } };

  const rows: readonly Row[] = [
    ['AdamW', (o) => made(new AdamW(o)), () => ({ learningRate: 1 }), 'weigthDecay', 'weightDecay'],
    ['LARS', (o) => made(new LARS(o)), () => ({ learningRate: 1 }), 'trustCoeficient', 'trustCoefficient'],
    ['batches', (o) => batches(data, o, 1), () => ({ size: 4 }), 'droplast', 'dropLast'],
    [
      'cachedGradients',
      (o) => cachedGradients(o),
      () => ({ inputs: [], encode: () => 0, loss: () => 0 }),
      'chunksize',
      'chunkSize',
    ],
    ['cosineSchedule', (o) => cosineSchedule(o), () => ({ base: 1, steps: 3 }), 'warmUp', 'warmup'],
    ['indexedDBCheckpoint', (o) => indexedDBCheckpoint('x', o), () => ({}), 'Database', 'database'],
    ['layerWiseDecay', (o) => layerWiseDecay(encoder, o), () => ({}), 'rates', 'rate'],
    ['pretrain', (o) => pretrain(toy, source(), o), () => ({ steps: 1, optimizer, seed: 1 }), 'callback', 'callbacks'],
    ['momentumSchedule', (o) => momentumSchedule(o), () => ({ steps: 3 }), 'bases', 'base'],
    ['FeatureQueue', (o) => made(new FeatureQueue(o)), () => ({ capacity: 3, dim: 2 }), 'normalise', 'normalize'],
    ['MemoryBank', (o) => made(new MemoryBank(o)), () => ({ size: 3, dim: 2 }), 'momentun', 'momentum'],
    ['MemoryBank.sampleNegatives', (o) => bank.sampleNegatives(1, o), () => ({ count: 1 }), 'excludes', 'exclude'],
    [
      'MemoryBank.samplePairedNegatives',
      (o) => bank.samplePairedNegatives([0], 1, o),
      () => ({ count: 1 }),
      'counts',
      'count',
    ],
    ['MomentumEncoder', (o) => made(new MomentumEncoder(encoder, o)), () => ({}), 'statistic', 'statistics'],
    ['MomentumEncoder.apply', (o) => teacher.apply(pictures, o), () => ({}), 'trainig', 'training'],
    ['SimCLR', (o) => made(new SimCLR(o)), () => ({ encoder }), 'temprature', 'temperature'],
    ['MoCo', (o) => made(new MoCo(o)), () => ({ encoder }), 'momentun', 'momentum'],
    ['BarlowTwins', (o) => made(new BarlowTwins(o)), () => ({ encoder }), 'lamda', 'lambda'],
    ['MAE', (o) => made(new MAE(o)), () => ({ model: mae }), 'normalizePatch', 'normalizePatches'],
  ];
  const without = ['ema', 'clipByGlobalNorm']; // take no options

  test('all exports of these folders are in the table', () => {
    const functions = [training, momentum, methods].flatMap((folder) =>
      Object.entries(folder).flatMap(([name, value]) => (typeof value === 'function' ? [name] : [])),
    );
    const known = [...rows.map(([name]) => name.split('.')[0] as string), ...without];
    expect([...new Set(known)].sort()).toEqual([...new Set(functions)].sort());
  });

  /** The error of a call that has to fail, in one line, by which no tensor is left. */
  const failure = async (call: () => unknown): Promise<Error> => {
    const tensors = memory().numTensors;
    let error: unknown;
    try {
      await call();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(Error);
    const { message } = error as Error;
    expect(message).not.toContain('\n');
    expect(error instanceof ShapeError || error instanceof RangeError, `${message}`).toBe(true);
    expect(memory().numTensors).toBe(tensors);
    return error as Error;
  };

  test.each(rows)('%s: an unknown option, and options that are none', async (name, call, options, wrong, meant) => {
    const misspelt = await failure(() => call({ ...options(), [wrong]: 1 } as never));
    expect(misspelt.message).toBe(`${name}: options has no '${wrong}', did you mean '${meant}'?`);
    const odd = await failure(() => call({ ...options(), quetzalcoatl: 1 } as never));
    expect(odd.message).toMatch(/: options has no 'quetzalcoatl', known are /);
    for (const value of [null, 'text', 5, [], tensor1dHeld(), true]) {
      const error = await failure(() => call(value as never));
      expect(error.message).toContain(`${name}: options must be an object, got `);
    }
  });
  const tensor1dHeld = (): Tensor => hold(tensor1d([1]));

  test('arguments of pretrain', async () => {
    const good = { steps: 1, optimizer, seed: 1 };
    const held = hold(uniforms<Tensor2D>(1, [4, 3]));
    const disposedMethod = new ToyMethod();
    disposedMethod.dispose();
    const disposed = { adam: train.adam(0.1, 0.9, 0.999, 1e-8), sgd: train.sgd(0.1) };
    for (const one of Object.values(disposed)) one.dispose();
    const go = (options: object, from: unknown = source(), method: unknown = toy) =>
      failure(() => pretrain(method as never, from as never, options as never));
    const cases: [Promise<Error> | Error, RegExp][] = [];
    const add = async (options: object, text: RegExp, from?: unknown, method?: unknown): Promise<void> => {
      cases.push([await go({ ...good, ...options }, from, method), text]);
    };
    for (const value of [{}, 5, null, 'stop', new Date()])
      await add({ signal: value }, /signal must be an AbortSignal, got/);
    for (const value of [5, 'x', null, [5], [null]])
      await add({ callbacks: value }, /callbacks(\[0\])? must be an object/);
    await add({ callbacks: { onBatchEnds: () => 0 } }, /callbacks has no 'onBatchEnds', did you mean 'onBatchEnd'\?/);
    await add({ callbacks: [{ onBatchEnd: () => 0, onEpochStart: () => 0 }] }, /callbacks\[0\] has no 'onEpochStart'/);
    await add({ callbacks: { batchEnd: () => 0 } }, /callbacks has no 'batchEnd'/);
    await add({ callbacks: { onBatchEnd: 5 } }, /callbacks\.onBatchEnd must be a function, got 5/);
    for (const value of [undefined, null, 5, 'adam', {}, train])
      await add({ optimizer: value }, /optimizer must be an optimizer/);
    await add({ optimizer: disposed.adam }, /optimizer must be in use, got one that is disposed/);
    await add({ optimizer: disposed.sgd }, /optimizer must be in use, got one that is disposed/);
    for (const value of [undefined, 'x', 0.5]) await add({ seed: value }, /seed/);
    await add({ learningRate: 'x' }, /learningRate must be a number or a function/);
    await add({ clipNorm: -1 }, /clipNorm must be a number > 0/);
    for (const value of [null, 5, 'x', []]) await add({ checkpoint: value }, /checkpoint must be an object/);
    await add({ checkpoint: {} }, /checkpoint\.store must have the functions save and load/);
    await add({ checkpoint: { ...checkpoint, evry: 5 } }, /checkpoint has no 'evry', did you mean 'every'\?/);
    await add({ checkpoint: { ...checkpoint, onOtherData: 'x' } }, /checkpoint\.onOtherData must be one of/);
    for (const value of [held, null, undefined, 5, 'text', [1, 2], new Float32Array(4), data, {}]) {
      cases.push([await failure(() => pretrain(toy, value as never, good)), /pretrain: source must be batches/]);
    }
    for (const value of [null, 5, 'x', {}, encoder, held, { variables: toy.variables, prepare: () => 0, loss: 5 }]) {
      cases.push([await go(good, source(), value), /pretrain: method must be a method/]);
    }
    await add({}, /method\.variables\[0\] must be a tensor in use, got one that is disposed/, source(), disposedMethod);
    for (const [error, text] of cases) expect((await error).message).toMatch(text);
  });

  test('arguments of batches', async () => {
    const gone = tensor2d([[1]]);
    gone.dispose();
    const image = hold(uniforms(1, [4, 4, 3]));
    for (const value of [null, undefined, 5, 'x', [image, image], [1, 2], new Uint8Array(4)]) {
      const error = await failure(() => batches(value as never, { size: 1 }, 1));
      expect(error.message).toMatch(/^batches: data must be a tensor, \{data, shape\} or an object of these, got /);
    }
    expect((await failure(() => batches(gone, { size: 1 }, 1))).message).toContain('one that is disposed');
    expect((await failure(() => batches({ x: gone }, { size: 1 }, 1))).message).toContain(
      'batches: x must be a tensor in use',
    );
    expect((await failure(() => batches({ x: image, y: null } as never, { size: 1 }, 1))).message).toContain(
      'batches: y must be',
    );
    const later = tensor2d([[1], [2]]);
    const drawn = batches(later, { size: 1 }, 1);
    later.dispose();
    expect((await failure(() => drawn.at(0))).message).toContain('batches.at: data must be a tensor in use');
    expect((await failure(() => batches(data, { size: 4, dropLast: 'no' } as never, 1))).message).toContain(
      'dropLast must be a boolean',
    );
  });

  test('disposed tensors, models and classes are named', async () => {
    const gone = <T extends Tensor>(x: T): T => {
      x.dispose();
      return x;
    };
    const images = (): Tensor4D => gone(uniforms<Tensor4D>(1, [2, 8, 8, 3]));
    const [one, target] = [hold(tensor1d([1])), hold(tidy(() => variable(tensor1d([1]))))];
    const goneVariable = gone(tidy(() => variable(tensor1d([1]))));
    const queue = new FeatureQueue({ capacity: 4, dim: 2 });
    const kept: { dispose(): unknown }[] = [queue];
    const cases: [() => unknown, RegExp][] = [
      [() => queue.enqueue(gone(tensor2d([[1, 2]]))), /FeatureQueue\.enqueue: keys must be a tensor in use/],
      [() => bank.update([0], gone(tensor2d([[1, 2]]))), /MemoryBank\.update: features must be a tensor in use/],
      [() => teacher.apply(images()), /MomentumEncoder\.apply: x must be a tensor in use/],
      [() => teacher.apply([images()]), /MomentumEncoder\.apply: x\[0\] must be a tensor in use/],
      [() => ema([goneVariable], [one], 0.5), /ema: targets\[0\] must be a tensor in use/],
      [() => ema([target], [gone(tensor1d([1]))], 0.5), /ema: sources\[0\] must be/],
      [() => ema(5 as never, [], 0.5), /ema: targets must be a list/],
      [() => clipByGlobalNorm({ w: gone(tensor1d([1])) }, 1), /clipByGlobalNorm: w must be a tensor in use/],
      [() => clipByGlobalNorm(null as never, 1), /clipByGlobalNorm: grads must be an object/],
      [() => clipByGlobalNorm(one as never, 1), /clipByGlobalNorm: grads must be an object/],
      [
        () => optimizer.applyGradients({ [toy.weights.name]: gone(tensor2d([[1]])) }),
        /AdamW\.applyGradients: gradient of \S+ must be a tensor in use/,
      ],
      [
        () => optimizer.applyGradients(null as never),
        /AdamW\.applyGradients: gradients must be tensors by variable name/,
      ],
    ];
    for (const Class of [SimCLR, MoCo, BarlowTwins]) {
      const own = smallConvNet({ inputShape: [8, 8, 3], channels: [4] });
      const method = new Class({ encoder: own }) as unknown as Method<Tensor4D, never>;
      kept.push(method);
      cases.push([() => method.prepare(images(), 1), new RegExp(`${Class.name}: batch must be a tensor in use`)]);
      cases.push([() => method.prepare(5 as never, 1), new RegExp(`${Class.name}: batch must be a tensor, got 5`)]);
      const prepared = method.prepare(uniforms<Tensor4D>(1, [2, 8, 8, 3]), 1) as Tensor | Record<string, Tensor>;
      const parts = 'shape' in prepared ? [prepared as Tensor] : Object.values(prepared);
      for (const part of parts) part.dispose();
      cases.push([
        () => method.loss(prepared as never),
        new RegExp(`${Class.name}\\.loss: prepared images must be a tensor in use`),
      ]);
      own.dispose();
      cases.push([() => new Class({ encoder: own }), new RegExp(`${Class.name}: encoder must be a model in use`)]);
      for (const wrong of [null, undefined, 5, {}, tensor1dHeld()]) {
        cases.push([
          () => new Class({ encoder: wrong as never }),
          new RegExp(`${Class.name}: encoder must be a LayersModel`),
        ]);
      }
      cases.push([
        () => new Class({ encoder, head: 5 as never }),
        new RegExp(`${Class.name}: head must be a LayersModel`),
      ]);
      cases.push([
        () => new Class({ encoder, augment: {} as never }),
        new RegExp(`${Class.name}: augment must be a transform`),
      ]);
      cases.push([() => new Class({ encoder, seed: 'x' as never }), /seed/]);
    }
    const method = new MAE({ model: mae });
    cases.push([() => method.prepare(images(), 1), /MAE: batch must be a tensor in use/]);
    cases.push([() => new MAE({ model: null as never }), /MAE: model\.encoder must be a LayersModel/]);
    cases.push([() => new MAE({ model: mae, augment: 5 as never }), /MAE: augment must be a transform/]);
    cases.push([() => new MomentumEncoder(null as never), /MomentumEncoder: model must be a LayersModel/]);
    cases.push([() => layerWiseDecay(5 as never), /layerWiseDecay: model must be a LayersModel/]);
    for (const [call, text] of cases) expect((await failure(call)).message).toMatch(text);
    for (const part of kept) part.dispose();
  });

  test('bytes are bytes: int32 images are what float images in [0, 1] are; floats of 0 to 255 are refused', async () => {
    const bytes = hold(cast(hold(mul(uniforms(3, [4, 8, 8, 3]), 255)), 'int32')) as Tensor4D;
    const unit = hold(mul(bytes, 1 / 255)) as Tensor4D;
    const floats = hold(cast(bytes, 'float32')) as Tensor4D;
    for (const make of [
      () => new SimCLR({ encoder }),
      () => new MoCo({ encoder, capacity: 8 }),
      () => new BarlowTwins({ encoder }),
      () => new MAE({ model: mae }),
    ]) {
      const method = make() as unknown as Method<Tensor4D, Record<string, Tensor>>;
      const values = async (batch: Tensor4D): Promise<number[]> => {
        const prepared = method.prepare(batch, 7) as Record<string, Tensor> | Tensor;
        const parts =
          'shape' in prepared ? [prepared as Tensor] : Object.values(prepared).filter((x) => typeof x === 'object');
        return (await Promise.all((parts as Tensor[]).map((part) => flat(hold(part))))).flat();
      };
      const [a, b] = [await values(bytes), await values(unit)];
      const most = Math.max(...a.map((x, i) => Math.abs(x - (b[i] as number))));
      expect(most).toBeLessThan(1e-2);
      const own = new AdamW({ learningRate: 1e-3 });
      const error = await failure(() => pretrain(method, [floats], { steps: 1, optimizer: own, seed: 1 }));
      expect(error.message).toMatch(
        /^pretrain: the batch of step 0 .* must hold float images in \[0, 1\], got values from 0/,
      );
      expect((await pretrain(method, [bytes], { steps: 1, optimizer: own, seed: 1 })).steps).toBe(1);
      const any = { steps: 1, optimizer: own, seed: 1, range: 'any' } as const;
      expect((await pretrain(method, [floats], any)).steps).toBe(1);
      own.dispose();
      method.dispose();
    }
  });
});
