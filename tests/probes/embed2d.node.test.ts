import '@tensorflow/tfjs-backend-cpu';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { embed2d } from '../../src/probes/index.js';
import { normal } from '../../src/random/index.js';

/** 60 points in 8 dimensions around 3 places. */
const noise = normal(1, 60 * 8);
const rows = Array.from({ length: 60 }, (_, i) =>
  Array.from({ length: 8 }, (_, c) => (c % 3 === i % 3 ? 6 : 0) + (noise[8 * i + c] as number)),
);

/** Whether each point's nearest other point on the map is of its own group, as a share. */
function kept(points: readonly [number, number][]): number {
  const nearest = points.map(([x, y], i) => {
    const distances = points.map(([u, v], j) => (i === j ? Number.POSITIVE_INFINITY : (x - u) ** 2 + (y - v) ** 2));
    return distances.indexOf(Math.min(...distances));
  });
  return nearest.filter((j, i) => j % 3 === i % 3).length / points.length;
}

describe('embed2d', () => {
  afterEach(() => {
    vi.doUnmock('umap-js');
    vi.doUnmock('@saehrimnir/druidjs');
    vi.resetModules();
  });

  test.each(['tsne', 'umap'] as const)('%s keeps groups together, the same way for the same seed', async (method) => {
    const options = { method, perplexity: 10, neighbors: 8, iterations: 150 };
    const map = await embed2d(rows, 4, options);
    expect(map.points).toHaveLength(60);
    expect(map.points.flat().every(Number.isFinite)).toBe(true);
    expect(kept(map.points)).toBeGreaterThan(0.95);
    expect(map.trustworthiness).toBeGreaterThan(0.8);
    expect(map.explained).toBeNull();
    expect(await embed2d(rows, 4, options)).toEqual(map);
    expect((await embed2d(rows, 5, options)).points).not.toEqual(map.points);
  });

  test('says what is wrong', async () => {
    await expect(embed2d(rows, 1, { method: 'mds' as 'pca' })).rejects.toThrow(
      /method must be one of 'pca', 'tsne', 'umap'/,
    );
    await expect(embed2d(rows, 1, { method: 'tsne' })).rejects.toThrow(/more than 90 rows for this perplexity, got 60/);
    await expect(embed2d(rows, 1, { method: 'umap', neighbors: 60 })).rejects.toThrow(/more than 60 rows/);
    await expect(embed2d(rows, undefined as unknown as number, { method: 'umap' })).rejects.toThrow(/needs a seed/);
    await expect(embed2d(rows, 1, { minDistance: 2 })).rejects.toThrow(/minDistance/);
  });

  test.each([
    ['umap', 'umap-js'],
    ['tsne', '@saehrimnir/druidjs'],
  ] as const)('%s without its package says which to install', async (method, name) => {
    vi.doMock(name, () => {
      throw new Error('Cannot find package');
    });
    const options = { method, perplexity: 5 };
    await expect(embed2d(rows, 1, options)).rejects.toThrow(
      `method '${method}' needs the package ${name}: npm install ${name} (`,
    );
  });

  test('few rows have no trustworthiness, many are judged by a sample', async () => {
    expect(
      (
        await embed2d([
          [1, 2],
          [2, 1],
          [0, 5],
        ])
      ).trustworthiness,
    ).toBeNull();
    const line = Array.from({ length: 1200 }, (_, i) => [i, 2 * i]);
    expect((await embed2d(line)).trustworthiness).toBeGreaterThan(0.999);
  });
});
