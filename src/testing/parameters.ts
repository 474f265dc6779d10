import type { Tensor } from '@tensorflow/tfjs-core';
import { type Arbitrary, tuple } from 'fast-check';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import type { Transform } from '../transforms/index.js';
import { seeds } from './seeds.js';
import { sizes } from './sizes.js';

/** Options of {@link parameters}. */
export interface ParametersOptions {
  /**
   * Smallest batch: draws are then of `minBatch` to `shape[0]` images, and a failing one shrinks to the fewest images
   * that still fail. An integer from 1 to `shape[0]`. @defaultValue shape[0], always the whole batch
   */
  readonly minBatch?: number;
}

/**
 * Parameters as `transform.sample` draws them for batches of this shape. They shrink to a smaller seed, nearest to 0,
 * and with `minBatch` first to a smaller batch: image i keeps its draw, because it depends on the seed and i alone.
 *
 * @param transform - Whose `sample` draws.
 * @param shape - Shape of the batch.
 * @param options - The smallest batch.
 * @returns A fast-check arbitrary of plain parameters, as `transform.apply` takes them.
 * @throws RangeError if `minBatch` is out of range.
 * @example
 * ```ts
 * import fc from 'fast-check';
 * import { parameters } from 'selfsup/testing';
 * import { randomCrop } from 'selfsup/transforms';
 *
 * const draws = parameters(randomCrop({ size: 8, padding: 2 }), [4, 8, 8, 3], { minBatch: 1 });
 * fc.assert(fc.property(draws, ({ boxes }) => boxes.every(([top, left]) => Math.abs(top) <= 2 && Math.abs(left) <= 2)));
 * ```
 */
export function parameters<P, X extends Tensor>(
  transform: Transform<P, X>,
  shape: readonly number[],
  options: ParametersOptions = {},
): Arbitrary<P> {
  if (typeof transform?.sample !== 'function') {
    throw new RangeError(`parameters: transform must be a transform, got ${show(transform)}.`);
  }
  if (!Array.isArray(shape)) throw new ShapeError(`parameters: shape must be a list of sizes, got ${show(shape)}.`);
  const [batch = 0, ...rest] = shape as readonly number[];
  const { minBatch = batch } = checkOptions('parameters', options, ['minBatch']);
  checkIntegers('parameters', { 'shape[0]': [batch, 1], minBatch: [minBatch, 1, batch] });
  return tuple(sizes('parameters', 'batch', [minBatch, batch]), seeds()).map(([count, seed]) =>
    transform.sample([count, ...rest], seed),
  );
}
