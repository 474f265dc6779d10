import '@tensorflow/tfjs-backend-cpu';
import { memory, tensor2d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowProducts } from '../../src/internal/rowProducts.js';
import { type Classifier, fitRidge, ridgeProbe } from '../../src/probes/index.js';
import { leverages, ridgeProblem, ridgeScores, ridgeWeights } from '../../src/probes/ridgeSolution.js';
import { normal } from '../../src/random/index.js';
import { expectClose } from '../helpers/index.js';

const drawn = (seed: number, rows: number, dim: number, classes: number) => ({
  x: { values: Float64Array.from(normal(seed, rows * dim)), rows, dim },
  labels: Int32Array.from({ length: rows }, (_, i) => (i * i + (i % 3)) % classes),
});

const scoresOf = async (classifier: Classifier, x: number[][]): Promise<number[]> => {
  const input = tensor2d(x);
  const scores = classifier.scores(input);
  const values = Array.from(await scores.data());
  for (const one of [input, scores]) one.dispose();
  return values;
};

test('the gradient is zero at the solution, whether there are more rows or more columns', () =>
  fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.constantFrom([12, 4], [5, 9]),
      fc.double({ min: 0.01, max: 10, noNaN: true }),
      (seed, size, alpha) =>
        (async () => {
          const [rows, dim] = size as [number, number];
          const { x, labels } = drawn(seed, rows, dim, 3);
          const found = ridgeWeights(await ridgeProblem(x, labels, 3), alpha);
          const scores = await ridgeScores(rowProducts(x), found);
          let objective = 0;
          for (let c = 0; c < 3; c++) {
            const errors = Array.from(labels, (l, r) => (scores[r * 3 + c] as number) - (l === c ? 1 : -1));
            await expectClose(
              errors.reduce((a, b) => a + b),
              0,
              { atol: 1e-9 },
            );
            for (let j = 0; j < dim; j++) {
              const w = found.weights[j * 3 + c] as number;
              const slope = errors.reduce((sum, e, r) => sum + e * (x.values[r * dim + j] as number), alpha * w);
              await expectClose(slope, 0, { atol: 1e-9 });
              objective += alpha * w * w;
            }
            objective += errors.reduce((sum, e) => sum + e * e, 0);
          }
          await expectClose(found.objective, objective, { rtol: 1e-9 });
        })(),
    ),
    { numRuns: 8 },
  ));

test('leave-one-out by leverage is what fits without the row give', async () => {
  for (const [rows, dim] of [
    [9, 3],
    [6, 8],
  ] as const) {
    const { x, labels } = drawn(3, rows, dim, 2);
    const problem = await ridgeProblem(x, labels, 2);
    const [shares] = (await leverages(rowProducts(x), problem, [0.5])) as [Float64Array];
    const scores = await ridgeScores(rowProducts(x), ridgeWeights(problem, 0.5));
    for (let left = 0; left < rows; left++) {
      const keep = Array.from({ length: rows }, (_, r) => r).filter((r) => r !== left);
      const values = Float64Array.from(keep.flatMap((r) => Array.from(x.values.slice(r * dim, (r + 1) * dim))));
      const without = ridgeWeights(
        await ridgeProblem(
          { values, rows: rows - 1, dim },
          Int32Array.from(keep, (r) => labels[r] as number),
          2,
        ),
        0.5,
      );
      const own = { values: x.values.slice(left * dim, (left + 1) * dim), rows: 1, dim };
      const [expected] = await ridgeScores(rowProducts(own), without);
      const y = labels[left] === 0 ? 1 : -1;
      const guessed = y - (y - (scores[left * 2] as number)) / (1 - (shares[left] as number));
      await expectClose(guessed, expected as number, { rtol: 1e-8, atol: 1e-9 });
    }
  }
});

test('fitRidge: equal columns share the weight, one class, absent classes, and a state', async () => {
  const before = memory().numTensors;
  const twice = { data: Float32Array.of(0, 0, 1, 1, 2, 2, 3, 3), shape: [4, 2] };
  const flat = await fitRidge(twice, [0, 0, 1, 1], { alpha: 0, classes: 3 });
  expect(memory().numTensors - before).toBe(2);
  const state = (await flat.getState()).weights as { data: Float32Array };
  await expectClose(state.data[0] as number, state.data[2] as number); // the least squares of smallest norm
  const scores = await scoresOf(flat, [[1.5, 1.5]]);
  await expectClose(scores, [0, 0, -1]);
  expect(flat.report.converged).toBe(true);
  const one = await fitRidge({ data: Float32Array.of(5, 7), shape: [2, 1] }, [1, 1]);
  await expectClose(await scoresOf(one, [[3]]), [-1, 1]);
  const same = await fitRidge({ data: Float32Array.of(5, 5), shape: [2, 1] }, [0, 1], { alpha: 0 });
  await expectClose(await scoresOf(same, [[9]]), [0, 0]);
  for (const c of [flat, one, same]) c.dispose();
  await expect(fitRidge(twice, [0, 1], {})).rejects.toThrow('fitRidge: labels must have 4 entries, got 2.');
  await expect(fitRidge(twice, [0, 0, 1, 1], { alpha: -1 })).rejects.toThrow('alpha must be a number >= 0, got -1.');
  expect(memory().numTensors).toBe(before);
});

test('ridgeProbe chooses by leave-one-out and says what is wrong', async () => {
  const part = (seed: number, rows: number) => {
    const labels = Int32Array.from({ length: rows }, (_, i) => i % 3);
    const noise = normal(seed, rows * 12);
    const data = noise.map((v, i) => v + (i % 12 === labels[Math.floor(i / 12)] ? 2.5 : 0));
    return { x: { data, shape: [rows, 12] }, labels };
  };
  const data = { train: part(1, 30), test: part(2, 60) };
  const before = memory().numTensors;
  const result = await ridgeProbe(data, 1, { alpha: [0.001, 30, 1e9] });
  expect(memory().numTensors).toBe(before);
  expect(result).toMatchObject({ probe: 'ridge', alpha: 30, classes: 3, dim: 12, trainSamples: 30, testSamples: 60 });
  const best = result.validation[1];
  expect(result.validation.every((v) => v.accuracy <= (best?.accuracy as number))).toBe(true);
  expect(result.accuracy).toBeGreaterThan(0.75);
  expect(result.trainAccuracy).toBeGreaterThan(result.accuracy);
  expect(JSON.parse(JSON.stringify(await ridgeProbe(data, 1, { alpha: [0.001, 30, 1e9] })))).toEqual(result);
  expect((await ridgeProbe(data, 1, { alpha: 2 })).validation).toEqual([]);
  const single = { x: data.test.x, labels: new Int32Array(60).fill(2) };
  expect((await ridgeProbe({ train: single, test: single }, 1)).accuracy).toBe(1);
  const zeros = { x: data.test.x, labels: new Int32Array(60) };
  expect((await ridgeProbe({ train: zeros, test: zeros }, 1)).predictions).toEqual(new Array(60).fill(0));
  await expect(ridgeProbe(data, 1, { alpha: [] })).rejects.toThrow('alpha must hold at least one number');
  await expect(ridgeProbe(data, 1, { alpha: [Number.NaN] })).rejects.toThrow('alpha must be a number >= 0, got NaN.');
});
