import { getBackend, mul, type Scalar, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe } from 'vitest';
import { expectGradient, type GradientOptions, hold, normals, onEveryBackend } from '../helpers/index.js';

/** A suite that runs in the wasm project only, with tensor counts. */
export function onWasm(name: string, suite: () => void): void {
  describe.runIf(getBackend() === 'wasm')('wasm kernels', () => onEveryBackend(name, suite));
}

/** Checks the gradient of f in each of its inputs by finite differences, against a random gradient of the output. */
export async function expectGradients(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options: GradientOptions = {},
): Promise<void> {
  const weights = normals(
    99,
    tidy(() => f(...inputs).shape),
  );
  for (const [i, input] of inputs.entries()) {
    const scalar = (x: Tensor): Scalar =>
      sum(mul(f(...inputs.map((other, j) => (i === j ? x : other))), weights)) as Scalar;
    await expectGradient(scalar, input, { directions: 2, mayBeZero: true, ...options });
  }
}

/** Numbers 0.1 apart in a random order around `centre`: no finite difference changes which of a window is the largest. */
export function spaced(seed: number, shape: number[], centre = 0): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  const order = Array.from({ length: size }, (_, i) => [Math.sin(seed + 78.233 * (i + 1)) * 43758.5453, i] as const)
    .map(([x, i]) => [x - Math.floor(x), i] as const)
    .sort((a, b) => a[0] - b[0]);
  const values = new Float32Array(size);
  for (const [rank, [, i]] of order.entries()) values[i] = centre + 0.1 * (rank - size / 2);
  return hold(tensor(values, shape));
}

/** Padding of a convolution or a pool; explicit padding may differ on every side. */
export type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];

const side = fc.nat(3);
const pair = fc.tuple(side, side);

/** Every kind of padding. */
export const pads: fc.Arbitrary<Pad> = fc.oneof(
  fc.constantFrom<Pad>('same', 'valid'),
  fc.nat(2),
  fc.tuple(pair, pair).map(([rows, columns]): Pad => [[0, 0], rows, columns, [0, 0]]),
);

/** A size for one axis. */
export const sizes = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

/** A pair of sizes. */
export const pairs = (min: number, max: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(sizes(min, max), sizes(min, max));

/** Checks a law on random inputs; the seed of a failure is printed. */
export function forAll<T>(arbitrary: fc.Arbitrary<T>, law: (value: T) => Promise<void>, numRuns = 25): Promise<void> {
  return fc.assert(fc.asyncProperty(arbitrary, law), { numRuns, seed: 20, endOnFailure: false });
}
