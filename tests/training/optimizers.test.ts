import {
  dispose,
  io,
  memory,
  type NamedTensorMap,
  type Optimizer,
  type Scalar,
  serialization,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  tidy,
  train,
  type Variable,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { type LayersModel, layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, test } from 'vitest';
import type { ArrayState } from '../../src/internal/state.js';
import { vit } from '../../src/models/index.js';
import { normal } from '../../src/random/index.js';
import { AdamW, type AdamWOptions, LARS, layerWiseDecay } from '../../src/training/index.js';
import { getOptimizerState, setOptimizerState } from '../../src/training/optimizerState.js';
import { expectClose, expectKept, flat, hold, normals, onEveryBackend } from '../helpers/index.js';
import { disposeHeld } from '../helpers/memory.js';

const shapes = [[3, 2], [4], [2, 1, 2]];
const parameters = (seed = 0): Variable[] => shapes.map((shape, i) => hold(variable(normals(seed + i, shape))));
const gradientsOf = (variables: readonly Variable[], step: number): NamedTensorMap =>
  Object.fromEntries(variables.map((v, i) => [v.name, normals(100 * (step + 1) + i, v.shape)]));
const listOf = (grads: NamedTensorMap): never =>
  Object.entries(grads).map(([name, gradient]) => ({ name, tensor: gradient })) as never;
const numbers = async (variables: readonly Tensor[]): Promise<number[]> =>
  (await Promise.all(variables.map(flat))).flat();

interface Kept extends Optimizer {
  getState: AdamW['getState'];
  setState: AdamW['setState'];
}

const rate = (step: number): number => 0.1 / (step + 1);
const makes: Record<string, () => Kept> = {
  'LARS of Barlow Twins': () => new LARS({ learningRate: rate, weightDecay: 0.01, trustCoefficient: 0.1 }),
  'LARS of lightly': () =>
    new LARS({ learningRate: rate, weightDecay: 0.01, trustCoefficient: 0.1, convention: 'lightly', nesterov: true }),
  AdamW: () => new AdamW({ learningRate: rate, weightDecay: (step) => 0.1 * (step + 1) }),
};

/** torch.optim.AdamW in double precision; a variable whose gradient is missing stays as it is. */
function adamWReference(start: number[][], gradients: (number[] | undefined)[][], options: AdamWOptions): number[][] {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 } = options;
  const at = (schedule: AdamWOptions['learningRate'], step: number): number =>
    typeof schedule === 'function' ? schedule(step) : schedule;
  return start.map((values, k) => {
    let [p, m, v, t] = [values.slice(), values.map(() => 0), values.map(() => 0), 0];
    for (const [step, all] of gradients.entries()) {
      const g = all[k];
      if (g === undefined) continue;
      t += 1;
      const lr = at(learningRate, step);
      const decay = (shapes[k] as number[]).length > 1 ? at(weightDecay, step) : 0;
      p = p.map((x) => x - lr * decay * x);
      m = m.map((x, i) => beta1 * x + (1 - beta1) * (g[i] as number));
      v = v.map((x, i) => beta2 * x + (1 - beta2) * (g[i] as number) ** 2);
      p = p.map((x, i) => {
        const denominator = Math.sqrt(v[i] as number) / Math.sqrt(1 - beta2 ** t) + epsilon;
        return x - ((lr / (1 - beta1 ** t)) * (m[i] as number)) / denominator;
      });
    }
    return p;
  });
}

onEveryBackend('optimizers', () => {
  const made: Optimizer[] = [];
  const make = (name: string): Kept => {
    const optimizer = (makes[name] as () => Kept)();
    made.push(optimizer);
    return optimizer;
  };
  afterEach(() => {
    for (const optimizer of made.splice(0)) optimizer.dispose();
  });

  describe.each(Object.keys(makes))('%s', (name) => {
    test('maps, lists in another order and lists with gaps move variables alike; nothing else stays', async () => {
      const [a, b] = [parameters(), parameters()];
      const [first, second] = [make(name), make(name)];
      for (let step = 0; step < 4; step++) {
        const [ga, gb] = [gradientsOf(a, step), gradientsOf(b, step)];
        if (step === 2) {
          delete ga[(a[1] as Variable).name];
          gb[(b[1] as Variable).name] = undefined as never;
        }
        const before = memory().numTensors;
        first.applyGradients(ga);
        if (step > 0) expect(memory().numTensors).toBe(before);
        second.applyGradients(listOf(Object.fromEntries(Object.entries(gb).reverse())));
      }
      expect(await numbers(b)).toEqual(await numbers(a));
      expect(await numbers(a)).not.toEqual(await numbers(parameters()));
      expect(first.iterations).toBe(4);
      const held = memory().numTensors;
      first.dispose();
      expect(held - memory().numTensors).toBe(name === 'AdamW' ? 6 : 3);
    });

    test('goes on to the bit from its weights and from its state, under other names too', async () => {
      const original = parameters();
      const optimizer = make(name);
      const run = (o: Optimizer, variables: Variable[], from: number, to: number): void => {
        for (let step = from; step < to; step++) o.applyGradients(gradientsOf(variables, step));
      };
      run(optimizer, original.slice(1), 0, 2); // the first one starts later
      run(optimizer, original, 2, 5);
      const copies = [0, 1].map(() => original.map((v) => hold(variable(hold(v.clone())))));
      const [byWeights, byState] = [make(name), make(name)];
      run(byWeights, parameters(9), 0, 2); // what it held is forgotten
      const weights = await optimizer.getWeights();
      const rightOrder = [
        weights[0],
        ...original.flatMap((v) => weights.filter((w) => w.name.startsWith(`${v.name}/`))),
      ];
      const counts = await flat(rightOrder[0]?.tensor as Tensor);
      expect(counts).toEqual([5, 5, 5, 3]);
      const reordered = hold(tensor([5, 3, 5, 5], [4], 'int32'));
      await byWeights.setWeights([{ name: 'iter', tensor: reordered }, ...rightOrder.slice(1)] as never);
      weights[0]?.tensor.dispose();
      const state = structuredClone(await optimizer.getState());
      await byState.setState(state);
      run(optimizer, original, 5, 8);
      run(byWeights, copies[0] as Variable[], 5, 8);
      expect(await numbers(copies[0] as Variable[])).toEqual(await numbers(original));
      // By name: the same variables, put back to where the state was taken.
      for (const [i, v] of original.entries()) v.assign(copies[1]?.[i] as Tensor);
      run(byState, original, 5, 8);
      expect(await numbers(original)).toEqual(await numbers(copies[0] as Variable[]));
    });

    test('minimizes, alone and inside a compiled model, and survives a save with its slots', async () => {
      const x = hold(variable(hold(tensor([2, -1]))));
      const optimizer = make(name);
      const loss = (): Scalar => sum(square(sub(x, 0.5)));
      const losses = Array.from({ length: 3 }, () => optimizer.minimize(loss, true, [x]) as Scalar);
      const [start, , end] = await numbers(losses);
      expect(end).toBeLessThan(start as number);
      dispose(losses);

      serialization.registerClass(LARS);
      serialization.registerClass(AdamW);
      const compiled = (): LayersModel => {
        const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
        const options = { learningRate: 0.05, weightDecay: 0.01 };
        const inner = name === 'AdamW' ? new AdamW(options) : new LARS({ ...options, trustCoefficient: 1 });
        const getWeights = inner.getWeights.bind(inner);
        inner.getWeights = async () => {
          const weights = await getWeights();
          hold(weights[0]?.tensor as Tensor); // tfjs's save forgets it
          return weights;
        };
        model.compile({ optimizer: inner, loss: 'meanSquaredError' });
        return model;
      };
      const model = compiled();
      const [inputs, targets] = [normals(1, [4, 3]), normals(2, [4, 2])];
      const batchLoss = async (m: LayersModel): Promise<number> => (await m.trainOnBatch(inputs, targets)) as number;
      const first = await batchLoss(model);
      for (let i = 0; i < 4; i++) await batchLoss(model);
      let artifacts: io.ModelArtifacts | undefined;
      const handler = io.withSaveHandler(async (saved) => {
        artifacts = saved;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      });
      await model.save(handler, { includeOptimizer: true });
      const loaded = await loadLayersModel(io.fromMemory(artifacts as io.ModelArtifacts));
      const [went, goesOn] = [await batchLoss(model), await batchLoss(loaded)];
      expect(goesOn).toBe(went);
      expect(await batchLoss(loaded)).toBe(await batchLoss(model));
      expect(went).toBeLessThan(first);
      for (const m of [model, loaded]) {
        m.optimizer.dispose();
        m.dispose();
      }
    });

    test('config, class name and disposal', async () => {
      const optimizer = make(name);
      const kind = optimizer.constructor as typeof AdamW;
      expect(optimizer.getClassName()).toBe(kind.className);
      const config = JSON.parse(JSON.stringify(optimizer.getConfig()));
      const copy = kind.fromConfig(kind as never, config) as AdamW;
      expect(copy.getConfig()).toEqual(config);
      expect(config.learningRate).toBe(0.1);
      const v = parameters();
      optimizer.applyGradients(gradientsOf(v, 0));
      expect((optimizer.getConfig() as { learningRate: number }).learningRate).toBe(0.05);
      const state = await optimizer.getState();
      optimizer.dispose();
      optimizer.dispose();
      const message = `${kind.className}: used after dispose()`;
      expect(() => optimizer.applyGradients(gradientsOf(v, 0))).toThrow(message);
      await expect(optimizer.getWeights()).rejects.toThrow(message);
      await expect(optimizer.setState(state)).rejects.toThrow(message);
    });

    test('rejects what does not fit, and then nothing has moved', async () => {
      const optimizer = make(name);
      const v = parameters();
      const before = await numbers(v);
      const where = optimizer.getClassName();
      const wrong = { ...gradientsOf(v, 0), [(v[2] as Variable).name]: normals(1, [3]) };
      const unknown = { ...gradientsOf(v, 0), nobody: v[0] as Tensor };
      expectKept(0, () => {
        expect(() => optimizer.applyGradients(wrong)).toThrow(
          `${where}.applyGradients: gradient of ${(v[2] as Variable).name} must have shape [2, 1, 2], got [3]`,
        );
        expect(() => optimizer.applyGradients(unknown)).toThrow("there is no variable named 'nobody'");
      });
      expect(await numbers(v)).toEqual(before);
      await expect(optimizer.setWeights([])).rejects.toThrow(`${where}.setWeights: weights must hold the iterations`);
      const iter = { name: 'iter', tensor: hold(tensor([1], [1], 'int32')) };
      const foreign = { name: 'a/rms', tensor: normals(1, [2]) };
      await expect(optimizer.setWeights([iter, foreign] as never)).rejects.toThrow(
        "a slot must be called '<variable>/",
      );
      const kinds = name === 'AdamW' ? ['m', 'v'] : ['momentum'];
      const slots = (variableName: string, shape: number[]) =>
        kinds.map((kind) => ({ name: `${variableName}/${kind}`, tensor: normals(1, shape) }));
      await optimizer.setWeights([iter, ...slots('elsewhere', [5])] as never);
      expect(() => optimizer.applyGradients(gradientsOf(v, 0))).toThrow(
        'the restored slots are those of elsewhere, got',
      );
      await optimizer.setWeights([iter, ...slots((v[0] as Variable).name, [5])] as never);
      expect(() => optimizer.applyGradients(gradientsOf(v, 0))).toThrow(
        /slots of \S+ must have shape \[3,2\], got \[5\]/,
      );
      expect(await numbers(v)).toEqual(before);
    });
  });

  test('AdamW follows the formula of PyTorch, with schedules and gradients that come and go', async () => {
    const options = {
      learningRate: (step: number) => 0.05 / (step + 1),
      weightDecay: (step: number) => 0.3 * (step + 1),
    };
    const v = parameters();
    const start = await Promise.all(v.map(flat));
    const optimizer = new AdamW(options);
    const given: (number[] | undefined)[][] = [];
    for (let step = 0; step < 6; step++) {
      const grads = gradientsOf(v, step);
      if (step < 3) delete grads[(v[0] as Variable).name];
      optimizer.applyGradients(grads);
      given.push(await Promise.all(v.map(async ({ name }) => (grads[name] ? flat(grads[name]) : undefined))));
    }
    const expected = adamWReference(start, given, options);
    await expectClose(await numbers(v), expected.flat(), { atol: 1e-6, rtol: 1e-5 });
    optimizer.dispose();
  });

  test('AdamW without decay is Adam', async () => {
    const [a, b] = [parameters(), parameters()];
    const [ours, theirs] = [new AdamW({ learningRate: 0.02, weightDecay: 0 }), train.adam(0.02, 0.9, 0.999, 1e-8)];
    for (let step = 0; step < 4; step++) {
      ours.applyGradients(gradientsOf(a, step));
      theirs.applyGradients(listOf(gradientsOf(b, step)));
    }
    await expectClose(await numbers(a), await numbers(b), { atol: 2e-6 });
    ours.dispose();
    theirs.dispose();
  });

  // Numbers of lightly's and solo-learn's LARS: gradient 0.1 everywhere, rate 0.5, momentum 0.9.
  test('LARS with tiny or no weight decay gives the numbers of lightly and solo-learn', async () => {
    const after = async (options: Partial<ConstructorParameters<typeof LARS>[0]>, steps: number): Promise<number[]> => {
      const p = hold(variable(hold(tensor([1, -2, 0.5, 3], [2, 2]))));
      const optimizer = new LARS({ learningRate: 0.5, ...options });
      const gradient = hold(tensor([0.1, 0.1, 0.1, 0.1], [2, 2]));
      for (let step = 0; step < steps; step++) optimizer.applyGradients({ [p.name]: gradient });
      optimizer.dispose();
      return flat(p);
    };
    const twice = [0.9972633656, -2.0027365523, 0.4972633793, 2.9972633109];
    await expectClose(await after({ weightDecay: 1e-6, convention: 'lightly' }, 2), twice, { atol: 1e-6 });
    await expectClose(await after({ weightDecay: 1e-6 }, 2), twice, { atol: 1e-6 });
    const adapted = [0.9990562707, -2.0009437293, 0.4990562707, 2.9990562707];
    await expectClose(await after({ weightDecay: 0 }, 1), adapted, { atol: 1e-6 });
    await expectClose(await after({ weightDecay: 0, convention: 'lightly' }, 1), [0.95, -2.05, 0.45, 2.95], {
      atol: 1e-6,
    });
  });

  test('LARS: weights or gradients of zero are neither scaled nor NaN', async () => {
    for (const convention of ['barlow', 'lightly'] as const) {
      for (const [values, slope] of [
        [[0, 0, 0, 0], 0.1],
        [[1, 2, 3, 4], 0],
        [[0, 0, 0, 0], 0],
      ] as const) {
        const p = hold(variable(hold(tensor([...values], [2, 2]))));
        const optimizer = new LARS({ learningRate: 0.5, weightDecay: convention === 'lightly' ? 0.1 : 0, convention });
        optimizer.applyGradients({ [p.name]: hold(tensor(new Array(4).fill(slope), [2, 2])) });
        await expectClose(
          p,
          values.map((x) => x - 0.5 * slope),
          { atol: 1e-7 },
        );
        optimizer.dispose();
      }
    }
  });

  test('a checkpoint finds its variables where names have shifted since', async () => {
    const shifted = (): Variable[][] => {
      const all = [0, 1, 2].map((i) => hold(variable(normals(i, [2]))));
      return [all.slice(0, 2), all.slice(1)];
    };
    const [old, now] = shifted() as [Variable[], Variable[]];
    const [first, second] = [make('AdamW'), make('AdamW')];
    for (let step = 0; step < 2; step++) first.applyGradients(gradientsOf(old, step));
    const state = await getOptimizerState(first, old);
    await setOptimizerState(second, state, { variables: now });
    const weights = await second.getWeights();
    hold(weights[0]?.tensor as Tensor);
    expect(weights.slice(1).map(({ name }) => name)).toEqual(now.flatMap(({ name }) => [`${name}/m`, `${name}/v`]));
    expect(await numbers(weights.slice(1).map(({ tensor }) => tensor))).toEqual(
      (state.weights as ArrayState[]).slice(1).flatMap(({ data }) => [...data]),
    );
  });

  test('filters and factors tell variables apart', async () => {
    const zeros = (v: readonly Variable[]): NamedTensorMap =>
      Object.fromEntries(
        v.map(({ name, shape }) => [name, hold(tidy(() => sub(normals(1, shape), normals(1, shape))))]),
      );
    const shrunk = async (options: Partial<AdamWOptions>): Promise<number[]> => {
      const v = parameters();
      const before = await Promise.all(v.map(flat));
      const optimizer = new AdamW({ learningRate: 0.1, weightDecay: 0.5, ...options });
      optimizer.applyGradients(zeros(v));
      optimizer.dispose();
      const after = await Promise.all(v.map(flat));
      return after.map((x, i) => Number(((x[0] as number) / (before[i]?.[0] as number)).toFixed(4)));
    };
    expect(await shrunk({})).toEqual([0.95, 1, 0.95]);
    expect(await shrunk({ noDecay: 'none' })).toEqual([0.95, 0.95, 0.95]);
    expect(await shrunk({ noDecay: ({ shape }) => shape.length === 3 })).toEqual([0.95, 0.95, 1]);
    expect(await shrunk({ learningRateScale: ({ rank }) => (rank === 3 ? 0.1 : 0) })).toEqual([1, 1, 0.995]);
  });

  test('layerWiseDecay takes patches, class token and positions of a transformer for one layer, as MAE does', () => {
    const model = vit({ size: 4, patchSize: 2, dim: 4, depth: 2, heads: 1 });
    const scale = layerWiseDecay(model, { rate: 0.5 });
    const factors = new Map(
      model.layers.flatMap(({ name, weights }) => weights.map((w) => [name, scale(w.read() as Variable)])),
    );
    expect(Object.fromEntries(factors)).toEqual({
      patches: 0.125,
      class: 0.125,
      positions: 0.125,
      block0: 0.25,
      block1: 0.5,
      norm: 0.5,
    });
    model.dispose();
  });

  test('layerWiseDecay falls towards the input; normalisation counts with the layer before it', () => {
    const inner = sequential({
      layers: [layers.dense({ units: 3, inputShape: [3], useBias: false }), layers.batchNormalization()],
    });
    const model = sequential({
      layers: [
        layers.dense({ units: 3, inputShape: [2] }),
        layers.batchNormalization(),
        layers.reLU(),
        inner,
        layers.dense({ units: 1 }),
      ],
    });
    const scale = layerWiseDecay(model, { rate: 0.5 });
    const factors = model.weights.map((weight) => scale(weight.read() as Variable));
    expect(factors.filter((x) => x === 0.125).length).toBe(6);
    expect(factors.filter((x) => x === 0.25).length).toBe(5);
    expect(factors.filter((x) => x === 0.5).length).toBe(2);
    const head = hold(variable(normals(1, [2])));
    expect(scale(head)).toBe(1);
    expect(() => layerWiseDecay(model, { rate: 0 })).toThrow(
      'layerWiseDecay: rate must be a number > 0 and <= 1, got 0',
    );
    expect(() => layerWiseDecay(sequential())).toThrow('layerWiseDecay: model must have weights, got none');
    model.dispose();
    inner.dispose();
  });

  test('rejects options out of range', () => {
    const lars = (options: object) => () => new LARS({ learningRate: 0.1, ...options });
    const adamW = (options: object) => () => new AdamW({ learningRate: 0.1, ...options });
    expect(lars({ learningRate: undefined })).toThrow('LARS: learningRate must lie in [0,');
    expect(lars({ momentum: 1.5 })).toThrow('LARS: momentum must lie in [0, 1], got 1.5');
    expect(lars({ convention: 'apex' })).toThrow("convention must be one of 'barlow', 'lightly', got \"apex\"");
    expect(lars({ noDecay: 'bias' })).toThrow("LARS: noDecay must be 'rank1', 'none' or a function, got \"bias\"");
    expect(lars({ nesterov: true, momentum: 0 })).toThrow('LARS: nesterov must come with momentum');
    expect(lars({ trustCoefficient: 0 })).toThrow('trustCoefficient must be a number > 0, got 0');
    expect(adamW({ learningRate: Number.NaN })).toThrow('AdamW: learningRate must lie in [0,');
    expect(adamW({ beta1: 1 })).toThrow('AdamW: beta1 and beta2 must be below 1, got 1 and 0.999');
    expect(adamW({ epsilon: 0 })).toThrow('AdamW: epsilon must be a number > 0, got 0');
    expect(adamW({ weightDecay: -1 })).toThrow('AdamW: weightDecay must lie in [0,');
    const picky = adamW({ noDecay: () => true })();
    expect(() => picky.getConfig()).toThrow(
      "AdamW.getConfig: noDecay must be 'rank1' or 'none' to be kept in a config",
    );
    const v = parameters();
    const late = adamW({ learningRate: (step: number) => (step === 0 ? 0.1 : -1) })();
    late.applyGradients(gradientsOf(v, 0));
    expect(() => late.applyGradients(gradientsOf(v, 1))).toThrow('learningRate must lie in [0, 1.79');
    late.dispose();
    disposeHeld();
  });

  test('normal numbers of the reference are those of the variables', async () => {
    // Guards the helpers above: a reference that starts elsewhere would prove nothing.
    await expectClose(parameters()[0] as Variable, normal(0, 6), { atol: 0, rtol: 0 });
    const x = parameters()[1] as Variable;
    const { value, grads } = variableGrads(() => sum(square(x)) as Scalar, [x]);
    expect(Object.keys(grads)).toEqual([x.name]);
    dispose([value, grads]);
  });
});
