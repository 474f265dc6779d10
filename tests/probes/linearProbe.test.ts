import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { rowProducts } from '../../src/internal/rowProducts.js';
import { fitLogistic, linearProbe } from '../../src/probes/index.js';
import { leadingSpectrum } from '../../src/probes/preconditioner.js';
import { solveLogistic } from '../../src/probes/solveLogistic.js';
import { normal } from '../../src/random/index.js';
import { expectClose, expectKept, hold, normals, onEveryBackend } from '../helpers/index.js';
import { blobs } from './blobs.js';

onEveryBackend('linearProbe', () => {
  const data = () => ({ train: blobs(1, 90, { noise: 1 }), test: blobs(2, 60, { noise: 1 }) });

  test('chooses a strength, converges, and reports JSON, the same every time', async () => {
    const parts = data();
    const before = memory().numTensors;
    const result = await linearProbe(parts, 3);
    expect(memory().numTensors).toBe(before);
    expect(result.accuracy).toBeGreaterThan(0.7);
    expect(result).toMatchObject({
      probe: 'linear',
      converged: true,
      classes: 3,
      dim: 5,
      trainSamples: 90,
      testSamples: 60,
    });
    expect(result.gradientNorm).toBeLessThanOrEqual(1e-5);
    expect(result.validation.map(({ C }) => C)).toContain(result.C);
    const best = result.validation.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
    expect(result.validation.find(({ C }) => C === result.C)?.accuracy).toBe(best.accuracy);
    expect(result.interval[0]).toBeLessThan(result.accuracy);
    expect(result.interval[1]).toBeGreaterThan(result.accuracy);
    expect(JSON.parse(JSON.stringify(await linearProbe(parts, 3)))).toEqual(result);
  });

  test('leaves no tensor where products run on the backend', async () => {
    const parts = { train: blobs(1, 400, { dim: 512 }), test: blobs(2, 30, { dim: 512 }) };
    const before = memory().numTensors;
    const result = await linearProbe(parts, 3, { C: [0.001, 0.01], maxIterations: 20 });
    expect(memory().numTensors).toBe(before);
    expect(result.accuracy).toBe(1);
  });

  test('does not depend on scale and shift of a feature', async () => {
    const { train, test: held } = data();
    const changed = async ({ x, labels }: typeof train) => ({
      x: hold(
        tensor2d(
          (await x.data()).map((v, i) => v * 4 ** (i % 5) + 8 * (i % 5)),
          x.shape,
        ),
      ),
      labels,
    });
    const [a, b] = [
      await linearProbe({ train, test: held }, 1, { C: 0.1 }),
      await linearProbe({ train: await changed(train), test: await changed(held) }, 1, { C: 0.1 }),
    ];
    expect(b.predictions).toEqual(a.predictions);
  });

  test('takes an encoder with images as bytes, and gives what its features give', async () => {
    const encoder = sequential({ layers: [layers.conv2d({ filters: 4, kernelSize: 2, inputShape: [3, 3, 1] })] });
    const part = (n: number) => ({
      x: {
        data: Uint8Array.from({ length: n * 9 }, (_, i) => (i * i * 7 + 40 * (Math.floor(i / 9) % 2)) % 256),
        shape: [n, 3, 3, 1],
      },
      labels: Int32Array.from({ length: n }, (_, i) => i % 2),
    });
    const result = await linearProbe(encoder, { train: part(20), test: part(8) }, 1, { C: 1, batchSize: 7 });
    expect(result).toMatchObject({ dim: 4, classes: 2, trainSamples: 20, validation: [] });
    encoder.dispose();
  });

  test('is defined for one class, absent classes, tiny parts and constant features', async () => {
    const x = normals<ReturnType<typeof tensor2d>>(1, [4, 3]);
    const one = await linearProbe({ train: { x, labels: [2, 2, 2, 2] }, test: { x, labels: [2, 2, 0, 1] } }, 0);
    expect(one).toMatchObject({ accuracy: 0.5, predictions: [2, 2, 2, 2], classes: 3, converged: true });
    const sparse = await linearProbe({ train: { x, labels: [7, 7, 4, 4] }, test: { x, labels: [7, 7, 4, 0] } }, 0, {
      C: 100,
    });
    expect(sparse).toMatchObject({ accuracy: 0.75, predictions: [7, 7, 4, 4], classes: 3 });
    const single = await linearProbe({ train: { x, labels: [0, 1, 2, 3] }, test: { x, labels: [0, 1, 2, 3] } }, 0);
    expect(single.validation).toEqual([]); // nothing can be held out
    const flat = {
      x: hold(
        tensor2d([
          [3, 3],
          [3, 3],
        ]),
      ),
      labels: [0, 1],
    };
    expect((await linearProbe({ train: flat, test: flat }, 0)).accuracy).toBe(0.5);
  });

  test('says what is wrong', async () => {
    const { train, test: held } = data();
    const nan = { x: hold(tensor2d([[1, Number.NaN, 0, 0, 0]])), labels: [0] };
    const cases: [Promise<unknown>, string][] = [
      [
        linearProbe({ train: nan, test: held }, 0),
        'linearProbe: data.train.x must be finite, got NaN at row 0, column 1.',
      ],
      [linearProbe({ train, test: { x: held.x, labels: [1] } }, 0), 'data.test.labels must have 60 entries, got 1.'],
      [linearProbe({ train, test: { x: normals(1, [2, 4]), labels: [0, 1] } }, 0), 'rows of 5 numbers, got 4.'],
      [linearProbe({ train, test: held }, 0, { C: [] }), 'C must hold at least one number'],
      [linearProbe({ train, test: held }, 0, { C: -1 }), 'C must be a number > 0, got -1.'],
      [linearProbe({ train, test: held }, 0, { classes: 2 }), 'labels must be below classes = 2, got 2.'],
      [linearProbe({ train, test: held }, 0.5), 'seed must be a safe integer'],
      [linearProbe({ train, test: held }, 0, { holdOut: 1 }), 'holdOut must be a number'],
    ];
    for (const [call, message] of cases) await expect(call).rejects.toThrow(message);
  });
});

onEveryBackend('solveLogistic', () => {
  test('has the same optimum on host and backend, with and without preconditioner', async () => {
    const [rows, dim, classes] = [150, 12, 4];
    const values = normal(1, rows * dim).map((v, i) => v * (1 + 6 * (i % dim === 0 ? 1 : 0)));
    const labels = Int32Array.from({ length: rows }, (_, i) => (i * i) % classes);
    const options = { C: 1, tolerance: 1e-6, maxIterations: 500 };
    const host = rowProducts({ values, rows, dim }, 'host');
    const backend = rowProducts({ values, rows, dim }, 'backend');
    const spectrum = await leadingSpectrum(backend, dim);
    const plain = await solveLogistic(host, labels, classes, options);
    const shaped = await solveLogistic(host, labels, classes, { ...options, spectrum });
    const remote = await solveLogistic(backend, labels, classes, { ...options, tolerance: 1e-4, spectrum });
    backend.dispose();
    expect(plain.gradientNorm).toBeLessThanOrEqual(1e-6);
    expect(shaped.iterations).toBeLessThan(plain.iterations);
    await expectClose(shaped.weights, plain.weights, { atol: 1e-3, rtol: 1e-3 });
    await expectClose(remote.weights, plain.weights, { atol: 1e-2, rtol: 1e-2 });
  });
});

onEveryBackend('fitLogistic', () => {
  test('gives probabilities, a state, and frees its tensors', async () => {
    const { x, labels } = blobs(1, 30);
    const before = memory().numTensors;
    const classifier = await fitLogistic(x, labels, { C: 2, classes: 5 });
    expect(memory().numTensors - before).toBe(2);
    expect(classifier.report.converged).toBe(true);
    const scores = hold(classifier.scores(x));
    expect(scores.shape).toEqual([30, 5]);
    const values = Array.from(await scores.data());
    for (let i = 0; i < 30; i++) {
      const row = values.slice(5 * i, 5 * i + 5);
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
      expect(row.slice(3)).toEqual([0, 0]); // classes that did not occur
    }
    expectKept(1, () => classifier.predict(x));
    const other = await fitLogistic(
      x,
      labels.map((l) => (l + 1) % 3),
      { classes: 5 },
    );
    await other.setState(await classifier.getState());
    await expectClose(hold(other.scores(x)), scores);
    await expect(other.setState({ ...(await classifier.getState()), classes: 4 })).rejects.toThrow(
      'classes must be 5, got 4',
    );
    expect(() => classifier.scores(normals(1, [2, 3]))).toThrow(
      'Classifier.scores: x must have shape [n, 5], got [2, 3].',
    );
    for (const one of [classifier, other, other]) one.dispose();
    expect(() => classifier.predict(x)).toThrow('Classifier: used after dispose().');
    await expect(classifier.getState()).rejects.toThrow('Classifier: used after dispose().');
  });
});
