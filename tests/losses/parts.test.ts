import {
  add,
  grad,
  matMul,
  mean,
  mul,
  reshape,
  reverse,
  type Scalar,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor1d,
  tensor2d,
  tensor3d,
  tensor4d,
  tidy,
  transpose,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { inverseCholesky } from '../../src/internal/inverseCholesky.js';
import { nuclearNorms } from '../../src/internal/nuclearNorms.js';
import { pNorms } from '../../src/internal/pNorms.js';
import {
  sinkhorn,
  updateCenter,
  updateCovariance,
  vicRegLLoss,
  vicRegLTerms,
  virtualAdversarialLoss,
  whiten,
} from '../../src/losses/index.js';
import { expectClose, expectGradient, expectKept, flat, hold, normals, onEveryBackend } from '../helpers/index.js';
import { scores, z0, z1 } from './rows/row.js';

onEveryBackend('parts of the losses', () => {
  test('sinkhorn gives codes whose rows add up to 1, at any score', async () => {
    const codes = hold(sinkhorn(scores(z0)));
    const first = [0.0044287214, 0.9946355956, 0.0002088589, 0.0000159862, 0.0000184722, 0.0006923657];
    await expectClose(hold(slice(codes, 0, 1)), first, { atol: 1e-6, rtol: 1e-4 }); // of the authors' code
    const even = hold(sum(hold(sinkhorn(scores(z0), { iterations: 30, epsilon: 0.3 })), 0));
    await expectClose(even, Array(6).fill(8 / 6), { rtol: 1e-3 });
    for (const scale of [1, 1e4]) {
      for (const epsilon of [0.05, 0.005]) {
        const hard = hold(sinkhorn(hold(mul(scores(z0), scale)), { epsilon }));
        await expectClose(hold(sum(hard, 1)), Array(8).fill(1), { rtol: 1e-5 });
      }
    }
    await expectClose(hold(sum(hold(sinkhorn(scores(z1), { iterations: 0 })))), 8, { rtol: 1e-4 });
    const few = normals<Tensor2D>(1, [3, 2]);
    expectKept(1, () => sinkhorn(few));
  });

  test('running state: the next one is new, the old one stays', async () => {
    const [a, b] = [hold(tensor2d([[1, 3]])), hold(tensor2d([[3, 5]]))];
    const center = hold(tensor1d([10, 20]));
    await expectClose(hold(updateCenter(center, [a, b], { momentum: 0.5 })), [6, 12]);
    await expectClose(hold(updateCenter(null, a)), [0.1, 0.3]);
    await expectClose(center, [10, 20]);
    const covariance = hold(
      tensor2d([
        [1, 0],
        [0, 2],
      ]),
    );
    const next = hold(
      updateCovariance(
        covariance,
        hold(
          tensor2d([
            [3, 0],
            [3, 4],
          ]),
        ),
        { beta: 0.5 },
      ),
    );
    await expectClose(next, [0.5 + 0.34, 0.12, 0.12, 1 + 0.16]);
    expectKept(1, () => updateCovariance(covariance, a));
    expectKept(1, () => updateCenter(center, a));
  });

  test('whitened rows have mean 0 and the identity as covariance', async () => {
    const z = hold(tidy(() => add(matMul(normals<Tensor2D>(1, [12, 3]), normals<Tensor2D>(2, [3, 3])), 5)));
    const w = hold(whiten(z as Tensor2D));
    await expectClose(hold(mean(w, 0)), [0, 0, 0], { atol: 1e-4 });
    const covariance = hold(tidy(() => mul(matMul(transpose(w), w), 1 / 11)));
    await expectClose(covariance, [1, 0, 0, 0, 1, 0, 0, 0, 1], { atol: 1e-3 });
    const slices = hold(whiten(z as Tensor2D, { size: 6 }));
    await expectClose(hold(slice(slices, 6, 6)), hold(whiten(hold(slice(z as Tensor2D, 6, 6)))), {
      atol: 1e-4,
      rtol: 1e-3,
    });
    expectKept(1, () => whiten(z as Tensor2D));
  });

  test('norms and factors are what they say, with the right gradient', async () => {
    const x = normals<Tensor2D>(3, [3, 4]);
    const [values] = await Promise.all([x.array()]);
    for (const p of [1, 2, 3]) {
      const expected = values.map((row) => row.reduce((s, v) => s + Math.abs(v) ** p, 0) ** (1 / p));
      await expectClose(hold(pNorms(x, p)), expected);
    }
    const a = hold(
      tidy(() =>
        reshape(
          add(
            matMul(x, transpose(x)),
            tensor2d([
              [1, 0, 0],
              [0, 1, 0],
              [0, 0, 1],
            ]),
          ),
          [1, 3, 3],
        ),
      ),
    );
    const inverse = hold(inverseCholesky(a as Tensor3D, 1e-9));
    const one = hold(tidy(() => matMul(matMul(inverse, a), transpose(inverse, [0, 2, 1]))));
    await expectClose(one, [1, 0, 0, 0, 1, 0, 0, 0, 1], { atol: 1e-4 });
    // Singular values 3 and 2, and a matrix that has one only.
    const known = hold(
      tensor3d([
        [
          [3, 0, 0],
          [0, 2, 0],
        ],
        [
          [1, 1, 1],
          [1, 1, 1],
        ],
      ]),
    );
    await expectClose(hold(nuclearNorms(known)), [5, Math.sqrt(6)], { rtol: 1e-4 });
    await expectClose(hold(nuclearNorms(hold(transpose(known, [0, 2, 1])) as Tensor3D)), [5, Math.sqrt(6)], {
      rtol: 1e-4,
    });
    const weights = normals(7, [1, 3, 3]);
    await expectGradient((y: Tensor2D) => tidy(() => sum(pNorms(y, 3)) as Scalar), x);
    await expectGradient((y: Tensor) => {
      const symmetric = tidy(() => mul(add(y, transpose(y, [0, 2, 1])), 0.5));
      return tidy(() => sum(mul(inverseCholesky(symmetric as Tensor3D, 1e-9), weights)) as Scalar);
    }, a);
    await expectGradient((y: Tensor) => tidy(() => sum(square(nuclearNorms(reshape(y, [1, 3, 4])))) as Scalar), x);
  });

  test('vicRegLTerms matches cells by feature and by place', async () => {
    // Cells of A are those of B in the other order; places say that they lie as they are numbered.
    const cells = normals<Tensor4D>(5, [3, 1, 2, 4], 10);
    const swapped = hold(reverse(cells, 2));
    const places = hold(tensor4d([0, 0, 9, 9, 0, 0, 9, 9, 0, 0, 9, 9], [3, 1, 2, 2]));
    const z = normals<Tensor2D>(6, [3, 4]);
    const { localInvariance, ...rest } = vicRegLTerms(z, z, cells, swapped, places, places, { matches: 1 });
    const apart = hold(tidy(() => mean(square(sub(cells, swapped)))));
    // By feature every cell finds itself: 0. By place it finds the other one.
    const [found, expected] = [await flat(localInvariance), await flat(apart)];
    expect(Math.abs((found[0] as number) - (expected[0] as number))).toBeLessThan(1e-3 * (expected[0] as number));
    localInvariance.dispose();
    for (const part of Object.values(rest)) part.dispose();
    expectKept(1, () => vicRegLLoss(z, z, cells, swapped, places, places));
  });

  test('virtualAdversarialLoss finds a worse direction than chance, and its gradient reaches the model', async () => {
    const x = normals<Tensor2D>(1, [4, 6]);
    const weights = variable(normals<Tensor2D>(2, [6, 3]));
    const model = (at: Tensor2D): Tensor2D => matMul(at, weights) as Tensor2D;
    const value = async (options: object): Promise<number> => {
      const loss = hold(virtualAdversarialLoss(model, x, 3, { radius: 0.5, ...options }));
      return (await flat(loss))[0] as number;
    };
    const [found, chance] = [await value({}), await value({ xi: 1e-12 })]; // so small a step turns nothing
    expect(found).toBeGreaterThan(0);
    expect(found).toBeGreaterThan(1.2 * chance);
    expect(await value({ iterations: 3 })).toBeGreaterThanOrEqual(found * 0.99);
    const { value: loss, grads } = variableGrads(() => virtualAdversarialLoss(model, x, 3, { radius: 0.5 }));
    const slope = await flat(hold(grads[weights.name] as Tensor));
    expect(Math.hypot(...slope)).toBeGreaterThan(1e-3);
    loss.dispose();
    expectKept(1, () => tidy(() => grad((at: Tensor) => virtualAdversarialLoss(model, at as Tensor2D, 3))(x)));
    weights.dispose();
  });
});
