import { mul, type Tensor, type Tensor4D, tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { foldIn, type Seed, uniform } from '../../src/random/index.js';
import { makeTransform, type Transform, type TransformParts } from '../../src/transforms/index.js';

/** A factor per image. */
export interface Factors {
  readonly factor: number[];
}

/** Multiplies every image by a number in [0.5, 1) of its own. */
export const dim = {
  sample: ([batch = 0], seed) => ({
    factor: Array.from({ length: batch }, (_, i) => 0.5 + uniform(foldIn(seed, i)) / 2),
  }),
  apply: (x, { factor }) => mul<Tensor4D>(x, column(factor, x.rank)),
} satisfies TransformParts<Factors>;

/** One number per entry of a batch, to be multiplied with tensors of this rank. */
export function column(values: readonly number[], rank: number): Tensor {
  return tensor([...values], [values.length, ...new Array<number>(rank - 1).fill(1)], 'float32');
}

/** `dim` with some of its parts replaced. */
export function changed(name: string, parts: Partial<TransformParts<Factors>>): Transform<Factors> {
  return makeTransform(name, { ...dim, ...parts });
}

/** A transform by hand, without what makeTransform takes care of. */
export function byHand<P>(
  sample: (shape: readonly number[], seed: Seed) => P,
  apply: (x: Tensor4D, params: P) => Tensor4D,
  outputShape = (shape: readonly number[]): number[] => [...shape],
): Transform<P> {
  const transform = (x: Tensor4D, seed: Seed): Tensor4D => apply(x, sample(x.shape, seed));
  return Object.assign(transform, { sample, apply, outputShape });
}

/** Message of the error that a check throws; fails if it passes. */
export async function messageOf(check: Promise<void>): Promise<string> {
  const outcome = await check.then(
    () => 'nothing thrown',
    (error: Error) => error.message,
  );
  expect(outcome).not.toBe('nothing thrown');
  return outcome;
}

/** What a message names as the way to replay. */
export function replayOf(message: string): { seed: number; path?: string } {
  const [, seed, path] = /\{ seed: (-?\d+)(?:, path: '([\d:]+)')? \}/.exec(message) ?? [];
  return { seed: Number(seed), ...(path === undefined ? {} : { path }) };
}
