import { Exp } from '@tensorflow/tfjs-core';
import { type Code, op } from './assembler.js';
import { elementwise, polynomial, type VectorCode } from './elementwise.js';

/** log(2) as a number of few bits, whose multiples are exact, and the rest. */
const LN2 = [0.693359375, -2.1219444005469057e-4] as const;

/** Added to a number of less than 2^22 it leaves the nearest integer in the last bits. */
const ROUNDER = 1.5 * 2 ** 23;

/** The least float32 whose exponential is a normal one, and the least whose exponential is infinite. */
const [LOWEST, INFINITE] = [-87.33654, 88.722839] as const;

/** (exp(r) - 1 - r) / r^2 for |r| <= log(2) / 2, a minimax fit: relative error of exp 3e-9. */
const REST = [0.49999994, 0.166665196, 0.0416684039, 0.00836889911, 0.00138142216] as const;

/**
 * exp(x) = 2^n exp(r), n the integer nearest to x / log(2), to one unit in the last place. A result below the smallest
 * normal float32, 1.2e-38, is 0.
 */
export const expCode: VectorCode = (x, local) => {
  const { get, set, floats, addFloats, subFloats, mulFloats, addInts, shiftInts, int, select, without } = op;
  const [n, r] = [local(), local()];
  const minus = (from: Code, part: number): Code =>
    subFloats(from, mulFloats(subFloats(get(n), floats(ROUNDER)), floats(part)));
  const fraction = [
    set(n, addFloats(mulFloats(get(x), floats(Math.LOG2E)), floats(ROUNDER))),
    set(r, minus(minus(get(x), LN2[0]), LN2[1])),
    addFloats(addFloats(mulFloats(polynomial(r, REST), mulFloats(get(r), get(r))), get(r)), floats(1)),
  ];
  const scaled = addInts(fraction, shiftInts(get(n), int(23)));
  const finite = op.lessFloats(get(x), floats(INFINITE));
  const infiniteOrNaN = addFloats(get(x), floats(Number.POSITIVE_INFINITY));
  return without(select(finite, scaled, infiniteOrNaN), op.lessFloats(get(x), floats(LOWEST)));
};

/** Exponentials. */
export const expKernel = elementwise(Exp, expCode);
