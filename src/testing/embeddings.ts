import { type Arbitrary, nat, tuple } from 'fast-check';
import { checkOptions } from '../internal/checkOptions.js';
import { EMBEDDING_FILLS, fillRows } from './fills.js';
import { type SizeRange, scales, simplestFirst, sizes } from './sizes.js';
import { type Drawn, drawn } from './tensorData.js';

/** Options of {@link embeddings}. */
export interface EmbeddingsOptions {
  /** Rows. @defaultValue [1, 8] */
  readonly batch?: SizeRange;
  /** Length of a row. @defaultValue [1, 8] */
  readonly dim?: SizeRange;
  /** Deviation of the numbers, \> 0, or a range from which whole powers of ten are drawn. @defaultValue [1e-3, 1e3] */
  readonly scale?: number | readonly [min: number, max: number];
}

/**
 * Embeddings `[batch, dim]`: normal numbers of many scales, also with a row of zeros, with all rows equal, or all zero.
 *
 * Plain data that prints in one line; `tensor2d(x.data, x.shape)` makes the tensor. It shrinks to fewer and shorter rows,
 * then to a simpler fill, a smaller seed and the scale 1.
 *
 * @param options - Ranges of the sizes and of the scale.
 * @returns A fast-check arbitrary.
 * @throws RangeError if a size is not an integer \>= 1, a scale is not \> 0 or a range is empty.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import fc from 'fast-check';
 * import { uniformityLoss } from 'selfsup/losses';
 * import { embeddings } from 'selfsup/testing';
 *
 * await fc.assert(
 *   fc.asyncProperty(embeddings({ batch: [2, 6] }), async ({ data, shape }) => {
 *     const x = tensor2d(data, shape);
 *     const loss = uniformityLoss(x);
 *     const [value = Number.NaN] = await loss.data();
 *     x.dispose();
 *     loss.dispose();
 *     return value <= 1e-6; // at most 0, its value at collapse
 *   }),
 * );
 * ```
 */
export function embeddings(options: EmbeddingsOptions = {}): Arbitrary<Drawn<[batch: number, dim: number]>> {
  const {
    batch = [1, 8],
    dim = [1, 8],
    scale = [1e-3, 1e3],
  } = checkOptions('embeddings', options, ['batch', 'dim', 'scale']);
  return tuple(
    sizes('embeddings', 'batch', batch),
    sizes('embeddings', 'dim', dim),
    simplestFirst(EMBEDDING_FILLS),
    nat(9999),
    scales('embeddings', 'scale', scale),
  ).map(([rows, length, fill, seed, factor]) => {
    const name = factor === 1 ? fill : `${fill} times ${Number(factor.toPrecision(4))}`;
    return drawn([rows, length], fillRows(fill, [rows, length], seed, factor), name, seed);
  });
}
