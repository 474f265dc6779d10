import { grads, type Scalar, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { RangeError, ShapeError } from '../../src/internal/errors.js';
import {
  disposeAll,
  expectClose,
  expectGradient,
  expectKept,
  flat,
  normals,
  onEveryBackend,
} from '../helpers/index.js';
import { inBrowser } from './extremes.js';
import { rows } from './rows.js';

onEveryBackend('losses', () => {
  describe.each(rows)('$name', ({ shapes, loss, differentiable, reference, rejected, terms }) => {
    const inputs = (): Tensor[] => shapes.map((shape, i) => normals(i + 1, [...shape]));

    test('matches the reference', async () => {
      for (const [value, call] of reference) {
        const actual = call();
        await expectClose(actual, value, { atol: 2e-6, rtol: 2e-6 });
        expect(actual.shape).toEqual([]);
        actual.dispose();
      }
    });

    test.runIf(terms)('is the weighted sum of its parts', async () => {
      const [parts, weights] = terms as NonNullable<typeof terms>;
      const given = inputs();
      const found = parts(...given);
      expect(Object.keys(found).sort()).toEqual(Object.keys(weights).sort());
      let sum = 0;
      for (const [name, part] of Object.entries(found))
        sum += (weights[name] as number) * ((await flat(part))[0] as number);
      const whole = loss(...given);
      await expectClose(whole, sum, { rtol: 1e-5 });
      whole.dispose();
      expectKept(Object.keys(weights).length, () => parts(...given));
      disposeAll(found);
    });

    test.each(differentiable)('has the right gradient in input %i', async (i) => {
      const given = inputs();
      const f = (x: Tensor): Scalar => loss(...given.map((tensor, j) => (j === i ? x : tensor)));
      // On a software GPU along the gradient and one direction more.
      await expectGradient(f, given[i] as Tensor, { directions: inBrowser ? 1 : 3 });
    });

    test('keeps one tensor, its value, and leaves its inputs as they were', async () => {
      const given = inputs();
      const before = await Promise.all(given.map((x) => x.data()));
      expectKept(1, () => loss(...given));
      if (differentiable.length === 0) return;
      const all = (): Tensor[] =>
        tidy(() =>
          grads((...xs) => loss(...given.map((x, i) => xs[differentiable.indexOf(i)] ?? x)))(
            differentiable.map((i) => given[i] as Tensor),
          ),
        );
      expectKept(differentiable.length, all);
      const after = await Promise.all(given.map((x) => x.data()));
      expect(after).toEqual(before);
    });

    test('says what is wrong before it makes a tensor', () => {
      const given = inputs();
      for (const [call, message] of rejected) {
        expect(() => call(...given)).toThrow(message);
        try {
          call(...given);
        } catch (error) {
          expect(error instanceof ShapeError || error instanceof RangeError, String(error)).toBe(true);
        }
      }
    });
  });
});
