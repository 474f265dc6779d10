import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, test } from 'vitest';
import { embed2d } from '../../src/probes/index.js';
import { normal } from '../../src/random/index.js';

const rows = (n: number, dim: number, scale = 1): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from(normal(i, dim), (v) => scale * v));
const withOutlier = (far: number): number[][] => rows(40, 3).map((row, i) => (i === 0 ? [far, 0, 0] : row));

describe.each(['tsne', 'umap', 'pca'] as const)('embed2d by %s', (method) => {
  const cases: [string, number[][]][] = [
    ['one column', rows(40, 1)],
    ['two columns', rows(40, 2)],
    ['equal rows', new Array(40).fill([1, 2, 3])],
    ['one column of equal rows', new Array(40).fill([5])],
    ['half of the rows equal', rows(40, 3).map((row, i) => (i % 2 ? [0, 0, 0] : row))],
    ['very small numbers', rows(40, 3, 1e-12)],
    ['very large numbers', rows(40, 3, 1e15)],
    ['far from 0', rows(40, 3).map((row) => row.map((v) => v + 1e6))],
    ...[1e3, 1e6, 1e9, 1e12, 1e30].map((far): [string, number[][]] => [`an outlier at ${far}`, withOutlier(far)]),
    ['the usual, after all these', rows(40, 3)],
  ];
  for (const [name, x] of cases) {
    test(name, async () => {
      const options = { method, perplexity: 5, neighbors: 5, iterations: 100 };
      const { points } = await embed2d(x, 1, options);
      expect(points).toHaveLength(40);
      expect(points.flat().every(Number.isFinite)).toBe(true);
      if (!/equal rows/.test(name)) expect(new Set(points.map(String)).size).toBeGreaterThan(15);
      expect((await embed2d(x, 1, options)).points).toEqual(points);
    });
  }

  test('too few rows are refused', async () => {
    if (method === 'pca') expect((await embed2d(rows(2, 3), 1, { method })).points).toHaveLength(2);
    else
      await expect(embed2d(rows(5, 3), 1, { method, perplexity: 5, neighbors: 5 })).rejects.toThrow(
        'must have more than',
      );
  });
});
