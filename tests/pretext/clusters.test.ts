import { type Tensor1D, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { clusterTask, kMeans, noiseAsTargetsTask, pca } from '../../src/pretext/index.js';
import { normal } from '../../src/random/index.js';
import { disposeAll, expectClose, flat, hold, normals, onEveryBackend } from '../helpers/index.js';

/** Three groups of rows, far from each other and from 0: row r is of group r % 3. */
const groups = (rows: number, dim: number): Tensor2D => {
  const noise = normal(1, rows * dim);
  return hold(
    tensor2d(
      noise.map((v, i) => 0.1 * v + 100 + 3 * (Math.floor(i / dim) % 3) * ((i % dim) % 2 === 0 ? 1 : -1)),
      [rows, dim],
    ),
  );
};
/** Groups as sets of rows: what is left when numbers of clusters mean nothing. */
const partition = async (labels: Tensor1D): Promise<string[]> => {
  const list = await flat(labels);
  return Array.from(new Set(list), (label) => String(list.flatMap((other, r) => (other === label ? [r] : []))));
};

onEveryBackend('clusters', () => {
  test('kMeans finds groups far from the origin, in float32, and gives their means', async () => {
    const x = groups(30, 6);
    const expected = [0, 1, 2].map((g) => String(Array.from({ length: 10 }, (_, i) => 3 * i + g)));
    const { labels, centers, inertia } = await kMeans(x, 5, { clusters: 3 });
    expect((await partition(labels)).sort()).toEqual(expected.sort());
    const [rows, list] = [(await x.array()) as number[][], await flat(labels)];
    const found = (await centers.array()) as number[][];
    let sum = 0;
    for (const [r, row] of rows.entries()) {
      const center = found[list[r] as number] as number[];
      sum += row.reduce((total, v, c) => total + (v - (center[c] as number)) ** 2, 0);
    }
    expect(inertia).toBeCloseTo(sum, 3);
    const first = rows.filter((_, r) => list[r] === 0);
    await expectClose(
      found[0] as number[],
      (rows[0] as number[]).map((_, c) => first.reduce((s, row) => s + (row[c] as number) / 10, 0)),
      {
        rtol: 1e-6,
      },
    );
    disposeAll([labels, centers]);
  });

  test('pca turns rows onto orthonormal directions of falling variance, and back', async () => {
    const x = normals<Tensor2D>(3, [12, 4]);
    const found = await pca(x, { whiten: true });
    const [w, s] = [(await found.components.array()) as number[][], (await found.scores.array()) as number[][]];
    const dot = (a: number[], b: number[]): number => a.reduce((sum, v, i) => sum + v * (b[i] as number), 0);
    await expectClose(
      w.flatMap((a) => w.map((b) => dot(a, b))),
      Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0)),
    );
    const columns = w.map((_, k) => s.map((row) => row[k] as number));
    await expectClose(
      columns.flatMap((a) => columns.map((b) => dot(a, b) / 11)),
      Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0)),
      { atol: 1e-4 },
    );
    disposeAll(found);
  });

  test('clusterTask and noiseAsTargetsTask give the same tensors for a seed, and keep no more', async () => {
    const x = groups(12, 5);
    const task = await clusterTask(x, 2, { clusters: 3, pca: 2, whiten: false, normalize: false });
    expect((await partition(task.labels)).length).toBe(3);
    expect(task.inputs.shape).toEqual([12, 2]);
    const targets = hold(tensor2d([1, 0, 0, 1, -1, 0], [3, 2]));
    const features = hold(tensor2d([-3, 0.1, 2, 0.5, 0.3, 0.9], [3, 2]));
    const noise = await noiseAsTargetsTask(features, 2, { targets });
    expect(await flat(noise.assignment)).toEqual([2, 0, 1]);
    await expectClose(noise.targets, [-1, 0, 1, 0, 0, 1]);
    disposeAll([Object.values(task), Object.values(noise)].flat());
  });
});
