import {
  add,
  concat,
  dispose,
  matMul,
  mean,
  memory,
  mul,
  type NamedTensorMap,
  type Scalar,
  slice,
  square,
  sub,
  type Tensor,
  type Tensor2D,
  tanh,
  tensor,
  tidy,
  type Variable,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { barlowTwinsLoss, infoNCELoss, ntXentLoss, stopGradient } from '../../src/losses/index.js';
import { cachedGradients, type ValueAndGradients } from '../../src/training/index.js';
import { expectClose, expectKept, flat, hold, normals, onEveryBackend } from '../helpers/index.js';

const conv = (): LayersModel =>
  sequential({
    layers: [
      layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [6, 6, 2], activation: 'relu' }),
      layers.batchNormalization(),
      layers.flatten(),
      layers.dense({ units: 4 }),
    ],
  });
const weightsOf = (model: LayersModel): Variable[] => model.trainableWeights.map((weight) => weight.read() as Variable);
const encodeBy =
  (model: LayersModel) =>
  (x: Tensor): Tensor2D =>
    model.apply(x) as Tensor2D;

/** Compares values and gradients by name, and frees them. */
async function expectSame(actual: ValueAndGradients, expected: ValueAndGradients): Promise<void> {
  await expectClose(actual.value, expected.value, { rtol: 1e-5 });
  const names = (grads: NamedTensorMap): string[] => Object.keys(grads).sort();
  expect(names(actual.grads)).toEqual(names(expected.grads));
  for (const name of names(expected.grads)) {
    const [a, b] = [actual.grads[name] as Tensor, expected.grads[name] as Tensor];
    const size = Math.max(...(await flat(b)).map(Math.abs));
    expect(size, name).toBeGreaterThan(0);
    await expectClose(a, b, { atol: 2e-6 * size, rtol: 2e-5 });
  }
  dispose([actual.value, ...Object.values(actual.grads), expected.value, ...Object.values(expected.grads)]);
}

onEveryBackend('cachedGradients', () => {
  test('equals the whole batch, in one chunk and in several', async () => {
    const model = conv();
    const [a, b] = [normals(1, [6, 6, 6, 2]), normals(2, [6, 6, 6, 2])];
    const encode = encodeBy(model);
    const ntXent = (zA: Tensor2D, zB: Tensor2D): Scalar => ntXentLoss(zA, zB, { temperature: 0.2 });
    const infoNCE = (zA: Tensor2D, zB: Tensor2D): Scalar => infoNCELoss(zA, stopGradient(zB));
    for (const [loss, chunkSize] of [
      [ntXent, 4],
      [infoNCE, 99],
    ] as const) {
      const options = { inputs: [a, b], encode, loss, chunkSize, variables: weightsOf(model) };
      const expected = variableGrads(() => loss(encode(a), encode(b)), weightsOf(model)) as ValueAndGradients;
      await expectSame(cachedGradients(options), expected);
    }
    model.dispose();
  });

  test('takes functions that make a chunk, an encoder per view, and weights of the loss itself', async () => {
    const [wA, wB, scale, apart, frozen] = [[2, 3], [4, 3], [], [2], [2]].map((shape, i) =>
      hold(variable(normals(20 + i, shape))),
    ) as [Variable, Variable, Variable, Variable, Variable];
    frozen.trainable = false;
    const [images, texts] = [normals<Tensor2D>(1, [7, 2]), normals<Tensor2D>(2, [7, 4])];
    const encoders = [wA, wB].map(
      (w) =>
        (x: Tensor2D): Tensor2D =>
          tanh<Tensor2D>(matMul<Tensor2D>(x, w as unknown as Tensor2D)),
    );
    const loss = (a: Tensor2D, b: Tensor2D): Scalar =>
      add(mul(mean<Scalar>(square(sub(a, b))), square(scale)), ntXentLoss(a, b, { temperature: 0.5 })) as Scalar;
    const chunk = (i: number): Tensor2D => slice(texts, [3 * i, 0], [Math.min(3, 7 - 3 * i), 4]);
    const variables = [wA, wB, scale, apart, frozen];
    const cached = cachedGradients({
      inputs: [images, chunk],
      encode: encoders,
      loss,
      chunkSize: 2,
      chunks: 3,
      variables,
    });
    const [encodeA, encodeB] = encoders as [(typeof encoders)[0], (typeof encoders)[0]];
    expect(Object.keys(cached.grads)).toEqual([wA.name, wB.name, scale.name]);
    const whole = variableGrads(() => loss(encodeA(images), encodeB(texts)), [wA, wB, scale]) as ValueAndGradients;
    await expectSame(cached, whole);
  });

  test('an encoder without trainable weights, and a view that the loss holds constant, take no part', async () => {
    const w = hold(variable(normals(3, [2, 3])));
    const x = normals<Tensor2D>(1, [6, 2]);
    const y = normals<Tensor2D>(2, [6, 3]);
    let calls = 0;
    const encode = [
      (a: Tensor2D): Tensor2D => tanh<Tensor2D>(matMul<Tensor2D>(a, w as unknown as Tensor2D)),
      (a: Tensor2D): Tensor2D => {
        calls += 1;
        return mul(a, 2);
      },
    ];
    const loss = (a: Tensor2D, b: Tensor2D): Scalar => mean(square(sub(a, stopGradient(b))));
    const cached = cachedGradients({ inputs: [x, y], encode, loss, chunkSize: 3, variables: [w] });
    const whole = variableGrads(() => mean(square(sub(tanh(matMul(x, w as never)), mul(y, 2)))) as Scalar, [w]);
    await expectSame(cached, whole as ValueAndGradients);
    expect(calls).toBe(4); // zeros, not nothing, come back through stopGradient
  });

  test('gives the sum over chunks of any smooth function', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), async (batch, chunkSize) => {
        const w = hold(variable(normals(batch, [3, 2])));
        const x = normals<Tensor2D>(chunkSize, [batch, 3]);
        const encode = (a: Tensor2D): Tensor2D => tanh<Tensor2D>(matMul<Tensor2D>(a, w as unknown as Tensor2D));
        const loss = (z: Tensor2D): Scalar => mean(square(matMul(z, z, true)));
        const cached = cachedGradients({ inputs: [x], encode, loss, chunkSize, variables: [w] });
        await expectSame(cached, variableGrads(() => loss(encode(x)), [w]) as ValueAndGradients);
      }),
      { numRuns: 4 },
    ));

  test('keeps what it returns and nothing else, in training mode too', () => {
    const model = sequential({ layers: [layers.dense({ units: 3, inputShape: [2] }), layers.batchNormalization()] });
    const x = normals<Tensor2D>(1, [6, 2]);
    const variables = weightsOf(model);
    for (const training of [false, true]) {
      expectKept(1 + variables.length, () => {
        const { value, grads } = cachedGradients<Tensor2D>({
          inputs: [x, (i: number) => tidy(() => slice(x, [3 * i, 0], [3, 2]))],
          encode: (a) => model.apply(a, { training }) as Tensor2D,
          loss: (a, b) => barlowTwinsLoss(a, b),
          chunkSize: 3,
          chunks: 2,
          variables,
        });
        return [value, grads];
      });
    }
    model.dispose();
  });

  test('rejects what does not fit, before any tensor is made', () => {
    const w = hold(variable(normals(1, [2, 2])));
    const x = normals<Tensor2D>(1, [4, 2]);
    const encode = (a: Tensor2D): Tensor2D => matMul(a, w as unknown as Tensor2D);
    const loss = (z: Tensor2D): Scalar => mean(z);
    const good = { inputs: [x], encode, loss, chunkSize: 2, variables: [w] };
    const before = memory().numTensors;
    const thrown = (options: object) => expect(() => cachedGradients({ ...good, ...options } as typeof good));
    thrown({ inputs: [] }).toThrow('cachedGradients: inputs must be a list of views, got []');
    thrown({ inputs: [3] }).toThrow('inputs[0] must be a tensor, got 3');
    thrown({ chunkSize: undefined }).toThrow('cachedGradients: chunkSize must be an integer >= 1, got 0');
    thrown({ inputs: [() => x] }).toThrow('cachedGradients: chunks must be an integer >= 1, got 0');
    thrown({ encode: [encode, encode] }).toThrow('encode must have 1 functions, got 2');
    thrown({ variables: [] }).toThrow('variables must hold a trainable one, got none');
    expect(memory().numTensors).toBe(before);
    thrown({ loss: (z: Tensor2D) => mean(z, 0) }).toThrow('the value of loss must have shape [], got [2]');
    let calls = 0;
    const fickle = (): Tensor2D => slice(x, 0, ++calls > 1 ? 1 : 2);
    thrown({ inputs: [fickle], chunks: 1 }).toThrow('chunk 0 of inputs[0] must have shape [2, 2], got [1, 2]');
  });

  test('differentiates by all trainable variables when none are named', async () => {
    const w = hold(variable(hold(tensor([[2], [1]]))));
    const x = normals<Tensor2D>(1, [4, 2]);
    const { value, grads } = cachedGradients({
      inputs: [x],
      encode: (a: Tensor2D) => matMul(a, w as unknown as Tensor2D),
      loss: (z) => mean<Scalar>(square(z)),
      chunkSize: 3,
    });
    expect(Object.keys(grads)).toEqual([w.name]);
    const all = hold(concat([x], 0));
    const whole = variableGrads(() => mean<Scalar>(square(matMul(all, w as unknown as Tensor2D))), [w]);
    await expectSame({ value, grads }, whole as ValueAndGradients);
  });
});
