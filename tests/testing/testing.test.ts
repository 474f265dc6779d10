import { clone, mul, type Scalar, slice, square, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { checkGradient, countTensors, lossLaws, taskLaws, transformLaws } from '../../src/testing/index.js';
import { normals, onEveryBackend } from '../helpers/index.js';
import { byHand, changed, dim, messageOf } from './support.js';

const squares = (x: Tensor): Scalar => tidy(() => sum<Scalar>(square(x)));
const still = { seed: 1, numRuns: 1 };

onEveryBackend('what the library checks itself with', () => {
  test('countTensors counts what is returned and what is forgotten, and disposes of the first', async () => {
    const x = normals(1, [2, 3]);
    const forgotten: Tensor[] = [];
    expect(countTensors(() => squares(x))).toBe(1);
    expect(countTensors(() => ({ views: [clone(x), clone(x)], mean: 1 }))).toBe(2);
    expect(
      countTensors(() => {
        forgotten.push(mul(x, 2));
        return squares(x);
      }),
    ).toBe(2);
    expect(countTensors(() => forgotten.pop()?.dispose())).toBe(-1);
    expect(await countTensors(async () => squares(x))).toBe(1);
    expect(() => countTensors(() => sum(null as never))).toThrow();
  });

  test('checkGradient passes a right gradient and names the slope of a wrong one', async () => {
    const x = normals(1, [2, 3]);
    await checkGradient(squares, x);
    await checkGradient((y) => tidy(() => mul(squares(y), 0)), x, { mayBeZero: true });
    const kink = (y: Tensor): Scalar => tidy(() => sum(mul(square(y), mul(y, 0))) as Scalar);
    await expect(checkGradient(kink, x)).rejects.toThrow('the gradient must not be zero everywhere');
    await expect(checkGradient((y) => tidy(() => mul(squares(y), Number.NaN)), x)).rejects.toThrow(
      'must be finite, got',
    );
    const far = (y: Tensor): Scalar => tidy(() => mul<Scalar>(squares(y), squares(y)));
    await expect(checkGradient(far, x, { step: 3 })).rejects.toThrow(
      /checkGradient: along .* the slope must be [-\d.]+, the central difference, got [-\d.]+ from the gradient, whose length is/,
    );
    await expect(checkGradient(squares, x, { step: 0 })).rejects.toThrow('step must be a number > 0, got 0');
    await expect(checkGradient(squares, x, { directions: -1 })).rejects.toThrow(
      'directions must be an integer >= 0, got -1',
    );
  });

  test('laws pass what keeps them and catch what does not', async () => {
    const shapes = { shapes: [[2, 3, 3, 1]], ...still };
    await transformLaws(changed('dim', {}), shapes);
    const leaks = byHand(dim.sample, (x, params) => mul(dim.apply(x, params), 1));
    expect(await messageOf(transformLaws(leaks, shapes))).toMatch(
      /leaves no tensor behind[\s\S]*: \[1, 1, 1, 1\] 'zeros'/,
    );
    await lossLaws((a) => squares(a as Tensor), { inputs: [[3, 2]], batchOrder: true, extremes: ['zeros'], ...still });
    const order = lossLaws((a) => tidy(() => sum<Scalar>(square(slice(a as Tensor, 0, 1)))), {
      inputs: [[3, 2]],
      batchOrder: true,
      ...still,
    });
    expect(await messageOf(order)).toMatch(/does not depend on the order of the batch[\s\S]*: input 0 \[2, 1\]/);
    await taskLaws((x) => ({ inputs: clone(x) }), shapes);
    expect(
      await messageOf(taskLaws((x) => ({ inputs: clone(x), labels: clone(x) }), { ...shapes, classes: 2 })),
    ).toMatch('expected: labels of dtype int32');
  });
});
