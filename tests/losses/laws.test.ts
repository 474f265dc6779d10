import {
  gather,
  matMul,
  mul,
  reshape,
  type Scalar,
  type Tensor,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
  tile,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chanceLoss, infoNCELogits, infoNCELoss, mutualInformationBound } from '../../src/losses/index.js';
import { permutation } from '../../src/random/index.js';
import { expectClose, expectKept, hold, normals, onEveryBackend } from '../helpers/index.js';
import { inBrowser } from './extremes.js';
import { rows } from './rows.js';

const seeds = fc.nat(1e6);
/** One on a software GPU, which compiles for every operation. */
const runs = { numRuns: inBrowser ? 1 : 12 };
const tolerance = { rtol: 2e-4, atol: 2e-5 };

/** A rotation of the plane of axes 0 and 1, then of 1 and 2, ... */
function rotation(dim: number, angle: number): Tensor {
  return tidy(() => {
    const identity = (): number[] => Array.from({ length: dim * dim }, (_, i) => (i % (dim + 1) === 0 ? 1 : 0));
    let product = tensor2d(identity(), [dim, dim]);
    for (let axis = 0; axis + 1 < dim; axis++) {
      const turn = identity();
      const [c, s] = [Math.cos(angle + axis), Math.sin(angle + axis)];
      const at = axis * dim + axis;
      [turn[at], turn[at + 1], turn[at + dim], turn[at + dim + 1]] = [c, -s, s, c];
      product = matMul(product, tensor2d(turn, [dim, dim]));
    }
    return product;
  });
}

onEveryBackend('laws of the losses', () => {
  describe.each(rows)('$name', (row) => {
    const inputs = (seed: number): Tensor[] => row.shapes.map((shape, i) => normals(seed + i, [...shape]));
    const same = async (a: Scalar, b: Scalar): Promise<void> => {
      await expectClose(a, b, tolerance);
      a.dispose();
      b.dispose();
    };
    const each = (law: (seed: number) => Promise<void>): Promise<void> => fc.assert(fc.asyncProperty(seeds, law), runs);

    test.runIf(row.orderInvariant ?? true)('does not depend on the order of the samples', () =>
      each(async (seed) => {
        const given = inputs(seed);
        const order = hold(tensor1d(permutation(seed, row.shapes[0]?.[0] as number), 'int32'));
        await same(row.loss(...given), row.loss(...given.map((x) => hold(gather(x, order)))));
      }),
    );

    test.runIf(row.symmetric)('does not depend on the order of the views', () =>
      each(async (seed) => {
        const [a, b] = inputs(seed) as [Tensor, Tensor];
        await same(row.loss(a, b), row.loss(b, a));
      }),
    );

    test.runIf(row.rotationInvariant)('does not change when all inputs are rotated', () =>
      each(async (seed) => {
        const given = inputs(seed);
        const turn = hold(rotation(4, seed));
        const turned = given.map((x) => hold(tidy(() => reshape(matMul(reshape(x, [-1, 4]), turn), x.shape))));
        await same(row.loss(...given), row.loss(...turned));
      }),
    );

    test.runIf(row.scaleInvariant)('does not change with the length of rows', () =>
      each(async (seed) => {
        const given = inputs(seed);
        const scaled = given.map((x, i) => hold(mul(x, 10 ** ((seed + i) % 9) / 1e4)));
        await same(row.loss(...given), row.loss(...scaled));
      }),
    );

    test.runIf(row.collapsed !== undefined)('has its known value at collapse', async () => {
      const point = normals(3, [1, 4]);
      const given = row.shapes.map((shape) => {
        const count = shape.slice(0, -1).reduce((a, b) => a * b);
        return hold(tidy(() => reshape(tile(point, [count, 1]), [...shape])));
      });
      const value = row.loss(...given);
      await expectClose(value, row.collapsed as number, tolerance);
      value.dispose();
    });
  });

  test('chanceLoss gives the values at collapse', () => {
    expect(chanceLoss('ntXentLoss', { batch: 6 })).toBeCloseTo(Math.log(11), 12);
    expect(chanceLoss('ntXent', { batch: 8 })).toBeCloseTo(2.70805, 5);
    expect(chanceLoss('infoNCELoss', { negatives: 65536 })).toBeCloseTo(11.0904, 4);
    expect(chanceLoss('infoNCELoss', { batch: 6 })).toBeCloseTo(Math.log(6), 12);
    expect(chanceLoss('barlowTwinsLoss', { dim: 4 })).toBe(4);
    expect(chanceLoss('vicRegLoss')).toBeCloseTo(24.75, 10);
    expect(chanceLoss('dinoLoss', { dim: 4096 })).toBeCloseTo(8.3178, 4);
    expect(chanceLoss('swavLoss', { classes: 3000 })).toBeCloseTo(8.006, 3);
    expect(chanceLoss('sigLipLoss', { batch: 5 })).toBeCloseTo(5 * Math.LN2, 12);
    expect(chanceLoss('supConLoss', { batch: 4, temperature: 0.14 })).toBeCloseTo(2 * Math.log(7), 12);
    expect(chanceLoss('nceLoss', { negatives: 4096 })).toBeCloseTo(Math.log(4097) + 1, 3);
    expect(chanceLoss('vicRegLLoss')).toBeCloseTo(25 * 1.25 * 0.99, 10);
    expect(chanceLoss('mmcrLoss', { batch: 5, views: 4, lambda: 0.5 })).toBeCloseTo(1 - Math.sqrt(5), 12);
    expect(chanceLoss('counting', { margin: 3 })).toBe(3);
    expect(['wMse', 'tico', 'smoothL1', 'co2', 'consistency'].map((name) => chanceLoss(name as 'wMse'))).toEqual([
      2, 8, 0, 0, 0,
    ]);
    expect(['msn', 'entropy', 'pseudoLabel'].map((name) => chanceLoss(name as 'msn', { classes: 1 }))).toEqual([
      0, 0, 0,
    ]);
    expect(() => chanceLoss('vicRegL', { alpha: 2 })).toThrow(/alpha must be a number >= 0 and <= 1, got 2/);
    expect(chanceLoss('crossEntropy', { classes: 1000 })).toBeCloseTo(6.9078, 4);
    expect(chanceLoss('maskedReconstructionLoss', { dim: 48 })).toBeCloseTo(47 / 48, 12);
    expect(() => chanceLoss('ntXentLoss')).toThrow(/chanceLoss: ntXent needs batch, got undefined/);
    expect(() => chanceLoss('infoNCELoss', { negatives: 0 })).toThrow(/negatives must be an integer >= 1, got 0/);
    expect(() => chanceLoss('nope' as 'ntXent')).toThrow(/name must be one of 'ntXent'/);
  });

  test('the information bound never exceeds log n', () =>
    fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 2, max: 9 }), async (seed, batch) => {
        const [a, b] = [normals<Tensor2D>(seed, [batch, 5]), normals<Tensor2D>(seed + 1, [batch, 5])];
        const loss = infoNCELoss(a, b, { temperature: 0.3 });
        const bound = mutualInformationBound(loss, batch);
        const [value] = await bound.data();
        expect(value).toBeLessThanOrEqual(Math.log(batch));
        await expectClose(bound, mutualInformationBound((await loss.data())[0] as number, batch));
        loss.dispose();
        bound.dispose();
      }),
      runs,
    ));

  test('the information bound rejects what is no loss', () => {
    expect(() => mutualInformationBound(1, 0)).toThrow(/n must be an integer >= 1, got 0/);
    expect(() => mutualInformationBound('1' as never, 2)).toThrow(/loss must be a number or a scalar/);
    const pair = normals(1, [2]);
    expectKept(0, () => {
      expect(() => mutualInformationBound(pair as never, 2)).toThrow(/shape \[\], got \[2\]/);
    });
  });

  test('logits have the positive first and agree with the loss', async () => {
    const [q, p, n] = [normals(1, [4, 3]), normals(2, [4, 3]), normals(3, [5, 3])] as never[];
    for (const negatives of [n as never, null]) {
      const logits = infoNCELogits(q as never, p as never, { negatives, temperature: 0.5 });
      expect(logits.shape).toEqual([4, negatives ? 6 : 5]);
      const values = await logits.array();
      const mean =
        values.reduce((sum, row) => sum + Math.log(row.reduce((s, x) => s + Math.exp(x), 0)) - (row[0] as number), 0) /
        4;
      const loss = infoNCELoss(q as never, p as never, { negatives, temperature: 0.5 });
      await expectClose(loss, mean);
      logits.dispose();
      loss.dispose();
    }
  });
});
