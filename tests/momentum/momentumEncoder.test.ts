import { grad, mul, sum, type Tensor, type Tensor2D, tidy, type Variable, variableGrads } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { MomentumEncoder, momentumSchedule } from '../../src/momentum/index.js';
import { expectClose, expectKept, flat, hold, normals, onEveryBackend } from '../helpers/index.js';

/** Dense, batch norm, and a nested model with both again. */
function encoder(units = 3): LayersModel {
  const x = input({ shape: [4] });
  const inner = sequential({
    layers: [
      layers.dense({ units, inputShape: [units], kernelInitializer: 'glorotNormal' }),
      layers.batchNormalization(),
    ],
  });
  const y = layers.batchNormalization().apply(layers.dense({ units, activation: 'tanh' }).apply(x)) as SymbolicTensor;
  return model({ inputs: x, outputs: inner.apply(y) as SymbolicTensor });
}

/** Values by name of the layer's weight: freezing a model reorders its list. */
const weightsOf = (m: LayersModel): Promise<number[][]> =>
  Promise.all(
    [...m.weights].sort((a, b) => (a.originalName < b.originalName ? -1 : 1)).map((weight) => flat(weight.read())),
  );

/** Changes every weight of a model, statistics too. */
function disturb(m: LayersModel, seed: number): void {
  for (const [i, weight] of m.weights.entries()) {
    weight.write(normals(seed + i, weight.shape as number[], 0.5));
  }
}

const mixed = (target: number[][], source: number[][], m: number): number[] =>
  target.flatMap((row, i) => row.map((x, j) => m * x + (1 - m) * (source[i]?.[j] as number)));

onEveryBackend('MomentumEncoder', () => {
  test('is a copy of its own', async () => {
    const online = encoder();
    const copy = new MomentumEncoder(online);
    const before = await weightsOf(copy.model);
    expect(before).toEqual(await weightsOf(online));
    disturb(online, 1);
    expect(await weightsOf(copy.model)).toEqual(before);
    online.dispose();
    expect(await weightsOf(copy.model)).toEqual(before);
    copy.dispose();
  });

  test('copies layers that tfjs does not know by name, nested ones too', async () => {
    class Tripled extends layers.Layer {
      static readonly className = 'TripledInATestOfMomentum';
      override call(x: Tensor | Tensor[]): Tensor {
        return mul(Array.isArray(x) ? (x[0] as Tensor) : x, 3);
      }
    }
    const inner = sequential({ layers: [new Tripled({ inputShape: [2] }), layers.dense({ units: 2 })] });
    const online = sequential({ layers: [inner, layers.dense({ units: 1 })] });
    const copy = new MomentumEncoder(online);
    const x = normals<Tensor2D>(3, [2, 2]);
    await expectClose(hold(copy.apply(x) as Tensor), hold(online.apply(x) as Tensor));
    copy.dispose();
    online.dispose();
  });

  test('follows parameters, nested ones too, and statistics as told', async () => {
    for (const statistics of ['own', 'ema', 'copy'] as const) {
      const online = encoder();
      const copy = new MomentumEncoder(online, { momentum: 0.75, statistics });
      const names = online.weights.map((weight) => weight.originalName).sort();
      const learnt = new Set(online.trainableWeights.map((weight) => weight.originalName));
      expect(names.length - learnt.size).toBe(4);
      disturb(online, 5);
      const [was, source] = [await weightsOf(copy.model), await weightsOf(online)];
      copy.update();
      const now = await weightsOf(copy.model);
      for (const [i, name] of names.entries()) {
        const m = learnt.has(name) ? 0.75 : { own: 1, ema: 0.75, copy: 0 }[statistics];
        const expected = mixed([was[i] as number[]], [source[i] as number[]], m);
        await expectClose(now[i] as number[], expected, { atol: 1e-6 });
      }
      online.dispose();
      copy.dispose();
    }
  });

  test('frozen layers of the original, nested or not, are parameters all the same', async () => {
    for (const freeze of [
      (m: LayersModel) => m,
      (m: LayersModel) => m.layers.find((layer) => layer.getClassName() === 'Dense'),
      (m: LayersModel) => m.layers.find((layer) => 'layers' in layer),
    ]) {
      const online = encoder();
      const [names, learnt] = [online, online.trainableWeights].map((x) =>
        (Array.isArray(x) ? x : x.weights).map((weight) => weight.originalName).sort(),
      ) as [string[], string[]];
      (freeze(online) as LayersModel).trainable = false;
      disturb(online, 30);
      const copy = new MomentumEncoder(online, { momentum: 0.5 });
      expect(await weightsOf(copy.model)).toEqual(await weightsOf(online));
      disturb(online, 60);
      const [was, source] = [await weightsOf(copy.model), await weightsOf(online)];
      copy.update();
      const now = await weightsOf(copy.model);
      for (const [i, name] of names.entries()) {
        const m = learnt.includes(name) ? 0.5 : 1;
        await expectClose(now[i] as number[], mixed([was[i] as number[]], [source[i] as number[]], m));
      }
      online.dispose();
      copy.dispose();
    }
  });

  test('takes its momentum from the schedule, or from the call', async () => {
    const online = sequential({ layers: [layers.dense({ units: 2, inputShape: [2] })] });
    const schedule = momentumSchedule({ base: 0.2, steps: 4 });
    const copy = new MomentumEncoder(online, { momentum: schedule });
    for (const [step, given] of [undefined, 0.5, undefined, 1, 0, undefined].entries()) {
      disturb(online, 10 * step);
      const [was, source] = [await weightsOf(copy.model), await weightsOf(online)];
      copy.update(given);
      const m = given ?? schedule(step);
      const tolerance = m === 0 || m === 1 ? { atol: 0, rtol: 0 } : { atol: 1e-6 };
      await expectClose((await weightsOf(copy.model)).flat(), mixed(was, source, m), tolerance);
    }
    expect(() => copy.update(1.5)).toThrow(/momentum must be a number >= 0 and <= 1, got 1.5/);
    online.dispose();
    copy.dispose();
  });

  test('no gradient reaches it or goes through it', async () => {
    const online = encoder();
    const copy = new MomentumEncoder(online);
    const x = normals<Tensor2D>(1, [5, 4]);
    const { grads, value } = variableGrads(() =>
      tidy(() => sum(mul(online.apply(x, { training: true }) as Tensor, copy.apply(x)))),
    );
    expect(Object.keys(grads).sort()).toEqual(online.trainableWeights.map((w) => w.name).sort());
    for (const g of [value, ...Object.values(grads)]) g.dispose();
    const slope = hold(tidy(() => grad((z) => sum(copy.apply(z)))(x)));
    await expectClose(slope, new Array(20).fill(0), { atol: 0 });
    expect(copy.model.trainableWeights).toEqual([]);
    for (const weight of copy.model.weights) expect((weight.read() as Variable).trainable).toBe(false);
    online.dispose();
    copy.dispose();
  });

  test('in training mode it uses and moves its own statistics, else the stored ones', async () => {
    const online = encoder();
    disturb(online, 40);
    for (const weight of online.weights) {
      if (weight.originalName.endsWith('variance')) weight.write(hold(tidy(() => mul(weight.read(), weight.read()))));
    }
    const copy = new MomentumEncoder(online);
    const x = normals<Tensor2D>(1, [5, 4]);
    for (const training of [false, true]) {
      const before = await weightsOf(copy.model);
      expectKept(1, () => copy.apply(x, { training }));
      const [actual, expected] = [copy.apply(x, { training }), online.apply(x, { training }) as Tensor];
      await expectClose(actual, expected);
      actual.dispose();
      expected.dispose();
      expect(JSON.stringify(await weightsOf(copy.model)) === JSON.stringify(before)).toBe(!training);
    }
    const default_ = copy.apply(x);
    await expectClose(default_, hold(online.apply(x, { training: true }) as Tensor));
    default_.dispose();
    online.dispose();
    copy.dispose();
  });

  test('an update of a model that has got another layer since is an error, and changes nothing', async () => {
    const online = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
    const copy = new MomentumEncoder(online, { momentum: 0 });
    disturb(online, 1);
    copy.update();
    const before = await weightsOf(copy.model);
    online.add(layers.dense({ units: 2 }));
    disturb(online, 5);
    expect(() => copy.update()).toThrow(
      'MomentumEncoder.update: model must have the 2 weights that it was copied with, got 4.',
    );
    expect(await weightsOf(copy.model)).toEqual(before);
    online.dispose();
    copy.dispose();
  });

  test('rejects other architectures, unbuilt models and several outputs', async () => {
    const [online, other] = [encoder(3), encoder(2)];
    const [copy, wrong] = [new MomentumEncoder(online), new MomentumEncoder(other)];
    const before = await weightsOf(copy.model);
    await expect(copy.setState(await wrong.getState())).rejects.toThrow(
      /'parameters\[0\]' must have shape \[4, 3\], got \[4, 2\]/,
    );
    await expect(copy.setState({ step: 0, parameters: [], statistics: [] })).rejects.toThrow(/list of 8 arrays, got 0/);
    await expect(copy.setState({ step: -1 })).rejects.toThrow(/step must be an integer >= 0, got -1/);
    expect(await weightsOf(copy.model)).toEqual(before);
    expect(() => new MomentumEncoder(sequential())).toThrow(/must have an input shape and one output, got 0 outputs/);
    expect(() => new MomentumEncoder(null as never)).toThrow(/model must be a LayersModel, got null/);
    const x = input({ shape: [2] });
    const two = model({ inputs: x, outputs: [layers.softmax().apply(x), layers.reLU().apply(x)] as SymbolicTensor[] });
    expect(() => new MomentumEncoder(two)).toThrow(/and one output, got 2 outputs/);
    expect(() => new MomentumEncoder(online, { momentum: 2 })).toThrow(/momentum must lie in \[0, 1\], got 2/);
    expect(() => new MomentumEncoder(online, { statistics: 'none' as never })).toThrow(
      /statistics must be one of 'own'/,
    );
    online.dispose();
    expect(() => copy.update()).toThrow(/the model that it follows was disposed/);
    for (const part of [other, copy, wrong]) part.dispose();
  });
});
