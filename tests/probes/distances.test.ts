import { expect, test } from 'vitest';
import { kMeans } from '../../src/pretext/index.js';
import { nearestNeighbors, normalizedMutualInfo, silhouette, trustworthiness } from '../../src/probes/index.js';
import { normal } from '../../src/random/index.js';
import { hold, onEveryBackend } from '../helpers/index.js';

onEveryBackend('distances of rows far from their mean', () => {
  /** Two groups .2 apart and one 800 away. */
  const groups = (n: number, dim: number, shift = 0) => {
    const labels = Array.from({ length: n }, (_, i) => i % 3);
    const centre = [0, 0.2, 800];
    const data = normal(3, n * dim).map((v, i) => {
      const own = centre[Math.floor(i / dim) % 3] as number;
      return shift + 0.01 * v + (i % dim === 0 ? own : 0);
    });
    return { x: { data: Float32Array.from(data), shape: [n, dim] }, labels, rows: Float32Array.from(data) };
  };
  const exact = (rows: Float32Array, dim: number, i: number, j: number): number => {
    let sum = 0;
    for (let c = 0; c < dim; c++) sum += ((rows[i * dim + c] as number) - (rows[j * dim + c] as number)) ** 2;
    return Math.sqrt(sum);
  };

  test('kMeans finds groups that float32 products cannot part', async () => {
    for (const [dim, shift] of [
      [2, 0],
      [16, 0],
      [4, 1000],
    ] as const) {
      const { x, labels } = groups(90, dim, shift);
      const found = await kMeans(x, 1, { clusters: 3, restarts: 3, tolerance: 0 });
      expect(await normalizedMutualInfo(hold(found.labels), labels)).toBeCloseTo(1, 9);
      hold(found.centers);
    }
  });

  test('silhouette on the backend is that of float64', async () => {
    const dim = 640; // n² dim beyond what the host takes
    const n = 480;
    const { x, labels, rows } = groups(n, dim);
    const { perSample } = await silhouette(x, labels);
    for (const i of [0, 1, 2, 100, 200, 301]) {
      const means = [0, 1, 2].map((k) => {
        let [sum, count] = [0, 0];
        for (let j = 0; j < n; j++) {
          if (j === i || labels[j] !== k) continue;
          sum += exact(rows, dim, i, j);
          count++;
        }
        return sum / count;
      });
      const own = means[labels[i] as number] as number;
      const other = Math.min(...means.filter((_, k) => k !== labels[i]));
      expect(perSample[i]).toBeCloseTo((other - own) / Math.max(own, other), 4);
    }
  });

  // Before distances were exact, these gave .73, .61 and .64 on WASM.
  test.each([
    [2, 3000, 0.01],
    [8, 3000, 0.005],
    [32, 3000, 0.005],
  ])('kMeans tells two near groups apart in %i columns, with a third %i away', async (dim, far, spread) => {
    const n = 300;
    const labels = Array.from({ length: n }, (_, i) => i % 3);
    const data = normal(3, n * dim).map((v, i) => {
      const [group, column] = [Math.floor(i / dim) % 3, i % dim];
      return spread * v + (group === 1 && column === 0 ? 0.2 : 0) + (group === 2 && column === 1 ? far : 0);
    });
    const found = await kMeans({ data, shape: [n, dim] }, 1, { clusters: 3, restarts: 10 });
    hold(found.labels);
    hold(found.centers);
    expect(await normalizedMutualInfo(found.labels, labels)).toBeCloseTo(1, 6);
  });

  test('nearestNeighbors and trustworthiness are those of float64', async () => {
    for (const shift of [0, 1e3, 1e4]) {
      const [n, dim] = [60, 3];
      const { x, rows } = groups(n, dim, shift);
      const { indices, distances } = await nearestNeighbors(x, x, { k: 5, metric: 'euclidean', excludeSelf: true });
      for (let i = 0; i < n; i++) {
        const sorted = Array.from({ length: n }, (_, j) => j)
          .filter((j) => j !== i)
          .sort((a, b) => exact(rows, dim, i, a) - exact(rows, dim, i, b) || a - b);
        const expected = sorted.slice(0, 5).map((j) => exact(rows, dim, i, j));
        for (const [k, j] of (indices[i] as number[]).entries()) {
          expect(exact(rows, dim, i, j)).toBeCloseTo(expected[k] as number, 6);
          expect(distances[i]?.[k]).toBeCloseTo(expected[k] as number, 5);
        }
      }
      const lists = Array.from({ length: n }, (_, i) => rows.subarray(i * dim, (i + 1) * dim));
      expect(await trustworthiness(lists, lists)).toBe(1);
    }
  });
});
