import { concat, type Tensor, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { checkFloats } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { type FeatureBlocks, isFeatureBlocks } from '../internal/featureBlocks.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { blockProducts, timesTransposed } from '../internal/products.js';
import { ownProducts } from './contrast.js';
import type { LossInput } from './lossInput.js';

/** `[k, dim]` for all queries, `[batch, k, dim]` for each its own, or a store of features. */
export type Negatives = Tensor2D | Tensor3D | FeatureBlocks;

/** The same as users give it. */
export type GivenNegatives = LossInput | FeatureBlocks;

/** Checks the option `negatives` against queries `[batch, dim]`. */
export function checkNegatives(
  where: string,
  negatives: GivenNegatives,
  [batch, dim]: readonly [number, number],
): asserts negatives is Negatives {
  if (isFeatureBlocks(negatives)) {
    if (negatives.dim === dim) return;
    throw new ShapeError(`${where}: negatives must hold rows of length ${dim}, got ${negatives.dim}.`);
  }
  const { rank, shape } = Object(negatives) as Partial<Tensor>;
  const count = rank === 2 && shape?.[0] === 0 ? 0 : 'k';
  checkFloats(where, { negatives: [negatives, rank === 3 ? [batch, 'k', dim] : [count, dim]] });
}

/** Whether there is none. */
export function isEmpty(negatives: Negatives): boolean {
  if (isFeatureBlocks(negatives)) return negatives.filled === 0;
  return negatives.rank === 2 && negatives.shape[0] === 0;
}

/** Products of queries with negatives, which are normalised here, `[batch, k]`. */
export function negativeLogits(queries: Tensor2D, negatives: Negatives): Tensor2D {
  if (isFeatureBlocks(negatives))
    return concat(
      negatives.blocks().map((block) => blockProducts(queries, block)),
      1,
    );
  const rows = l2Normalize<Tensor2D | Tensor3D>(negatives);
  return rows.rank === 3 ? ownProducts(queries, rows as Tensor3D) : timesTransposed(queries, rows as Tensor2D);
}
