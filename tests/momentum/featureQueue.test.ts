import {
  grad,
  type Scalar,
  type Tensor2D,
  tensor2d,
  tidy,
  variable,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { infoNCELoss } from '../../src/losses/index.js';
import { FeatureQueue } from '../../src/momentum/index.js';
import { expectClose, expectKept, hold, normals, onEveryBackend } from '../helpers/index.js';

/** The queue as plain arrays. */
class Model {
  readonly slots: number[][] = [];
  pointer = 0;
  constructor(readonly capacity: number) {}
  enqueue(rows: number[][]): void {
    for (const row of rows) {
      this.slots[this.pointer] = row;
      this.pointer = (this.pointer + 1) % this.capacity;
    }
  }
}

let counter = 0;
/** Rows that are never the same twice, exact in float32. */
const numbered = (n: number, dim: number): number[][] =>
  Array.from({ length: n }, () => Array.from({ length: dim }, () => ++counter % 65536));

const rowsOf = async (queue: FeatureQueue): Promise<number[][]> => {
  const values = queue.values();
  const rows = await values.array();
  expect(values.shape).toEqual([queue.filled, queue.dim]);
  values.dispose();
  return rows;
};

onEveryBackend('FeatureQueue', () => {
  test('holds what a plain ring holds, for any batch and across the wrap-around', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 13 }),
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 6 }),
        async (capacity, dim, batches) => {
          const queue = new FeatureQueue({ capacity, dim });
          const model = new Model(capacity);
          for (const batch of batches) {
            const rows = numbered(batch, dim);
            const keys = tensor2d(rows);
            queue.enqueue(keys);
            keys.dispose();
            model.enqueue(rows);
            expect(await rowsOf(queue)).toEqual(model.slots);
            expect([queue.filled, queue.pointer]).toEqual([model.slots.length, model.pointer]);
          }
          queue.dispose();
        },
      ),
      { numRuns: 12 },
    ));

  test('is exact where blocks of 4096 rows meet', async () => {
    const [capacity, dim] = [9000, 2];
    const queue = new FeatureQueue({ capacity, dim });
    const model = new Model(capacity);
    for (const batch of [4000, 200, 8191, 20000, 1]) {
      const rows = numbered(batch, dim);
      queue.enqueue(hold(tensor2d(rows)));
      model.enqueue(rows);
      expect(await rowsOf(queue)).toEqual(model.slots);
      expect(queue.pointer).toBe(model.pointer);
    }
    expect(queue.blocks().map((block) => block.rows.shape[0])).toEqual([4096, 4096, 808]);
    // A step rewrites the block that it falls into, not the whole queue.
    const before = [...queue.blocks()];
    queue.enqueue(normals<Tensor2D>(1, [2, dim]));
    expect(queue.blocks().map((block, i) => block === before[i])).toEqual([true, false, true]);
    queue.dispose();
  });

  test('gives the same loss and gradient as its rows as a tensor, at every filling', async () => {
    for (const [normalize, batches] of [
      ['onUse', [4097, 410]],
      ['onEnqueue', [4507]],
    ] as const) {
      const queue = new FeatureQueue({ capacity: 4500, dim: 3, normalize });
      const [queries, positives] = [normals<Tensor2D>(1, [4, 3]), normals<Tensor2D>(2, [4, 3])];
      for (const [i, batch] of batches.entries()) {
        queue.enqueue(normals<Tensor2D>(10 + i, [batch, 3], 1 + i));
        const rows = hold(queue.values());
        const loss = (negatives: FeatureQueue | Tensor2D) => (q: Tensor2D) => infoNCELoss(q, positives, { negatives });
        const [a, b] = [loss(queue)(queries), loss(rows)(queries)];
        await expectClose(a, b, { rtol: 1e-5 });
        const slope = (f: (q: Tensor2D) => Scalar): Tensor2D => hold(tidy(() => grad(f as never)(queries)) as Tensor2D);
        await expectClose(slope(loss(queue)), slope(loss(rows)), { rtol: 1e-4, atol: 1e-5 });
        a.dispose();
        b.dispose();
      }
      queue.dispose();
    }
  });

  test('normalises as it says', async () => {
    const keys = hold(
      tensor2d([
        [3, 4],
        [0, 0],
        [0, -2],
      ]),
    );
    const stored = {
      onUse: [
        [3, 4],
        [0, 0],
        [0, -2],
      ],
      onEnqueue: [
        [0.6, 0.8],
        [0, 0],
        [0, -1],
      ],
      never: [
        [3, 4],
        [0, 0],
        [0, -2],
      ],
    };
    for (const [normalize, rows] of Object.entries(stored)) {
      const queue = new FeatureQueue({ capacity: 4, dim: 2, normalize: normalize as 'never' });
      queue.enqueue(keys);
      await expectClose((await rowsOf(queue)).flat(), rows.flat());
      queue.dispose();
    }
  });

  test('rows longer than 1 give no infinity, nor do those of a state', async () => {
    const [queries, long] = [hold(tensor2d([[1, 0]])), hold(tensor2d([[30, 0], [0, 9]]))]; // biome-ignore format: rows
    const kept = new FeatureQueue({ capacity: 2, dim: 2, normalize: 'never' });
    kept.enqueue(long);
    const restored = new FeatureQueue({ capacity: 2, dim: 2, normalize: 'onEnqueue' });
    expect([kept.unit, restored.unit]).toEqual([false, true]);
    await restored.setState(await kept.getState());
    expect(restored.unit).toBe(false);
    for (const queue of [kept, restored]) {
      const loss = hold(infoNCELoss(queries, queries, { negatives: queue, temperature: 0.2 }));
      await expectClose(loss, 30 / 0.2 - 1 / 0.2);
      queue.dispose();
    }
  });

  test('survives an enqueue between the loss and its gradient', async () => {
    const queue = new FeatureQueue({ capacity: 4, dim: 2 });
    queue.enqueue(normals<Tensor2D>(1, [4, 2]));
    const [queries, positives] = [normals<Tensor2D>(2, [3, 2]), normals<Tensor2D>(3, [3, 2])];
    const late = (q: Tensor2D): Scalar => {
      const loss = infoNCELoss(q, positives, { negatives: queue });
      queue.enqueue(positives);
      return loss;
    };
    const gradient = hold(tidy(() => grad(late as never)(queries)) as Tensor2D);
    expect((await gradient.data()).every(Number.isFinite)).toBe(true);
    queue.dispose();
  });

  test('is nothing that an optimizer would train', () => {
    const queue = new FeatureQueue({ capacity: 4, dim: 2 });
    queue.enqueue(normals<Tensor2D>(1, [4, 2]));
    const queries = hold(variable(normals<Tensor2D>(2, [3, 2])));
    const { value, grads } = variableGrads(() => infoNCELoss(queries, queries, { negatives: queue }));
    expect(Object.keys(grads)).toEqual([queries.name]);
    value.dispose();
    grads[queries.name]?.dispose();
    queue.dispose();
  });

  test('rejects what does not fit', () => {
    expect(() => new FeatureQueue({ capacity: 0, dim: 2 })).toThrow(/capacity must be an integer >= 1, got 0/);
    expect(() => new FeatureQueue({ capacity: 1.5, dim: 2 })).toThrow(/capacity must be an integer >= 1, got 1.5/);
    expect(() => new FeatureQueue({ capacity: 1, dim: 2, normalize: 'yes' as never })).toThrow(
      /normalize must be one of/,
    );
    const queue = new FeatureQueue({ capacity: 2, dim: 2 });
    const wrong = [normals<Tensor2D>(1, [2, 3]), hold(zeros([0, 2])) as Tensor2D];
    expectKept(0, () => {
      for (const keys of wrong) expect(() => queue.enqueue(keys)).toThrow(/keys must have shape \[batch, 2\]/);
    });
    queue.dispose();
  });

  test('rejects a state of another size and stays as it was', async () => {
    const queue = new FeatureQueue({ capacity: 4, dim: 2 });
    queue.enqueue(hold(tensor2d([[1, 2]])));
    const state = await queue.getState();
    const rows = { dtype: 'float32' as const, shape: [2, 3], data: new Float32Array(6) };
    await expect(queue.setState({ ...state, filled: 5 })).rejects.toThrow(/filled must be an integer >= 0 and <= 4/);
    await expect(queue.setState({ ...state, pointer: 3 })).rejects.toThrow(/pointer must be 1, as filled is, got 3/);
    await expect(queue.setState({ rows, pointer: 2, filled: 2 })).rejects.toThrow(/'rows' must have shape \[2, 2\]/);
    await expect(queue.setState({ pointer: 1, filled: 1 })).rejects.toThrow(/state has no array 'rows'/);
    expect(await rowsOf(queue)).toEqual([[1, 2]]);
    queue.dispose();
  });
});
