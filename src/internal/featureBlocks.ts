import type { Tensor2D } from '@tensorflow/tfjs-core';

/**
 * Some rows of a feature store, in both orientations, so that the product with them and its gradient are both plain
 * products: `columns` is the transpose of `rows` times `inverse`.
 */
export type FeatureBlock = {
  /** The rows as they were stored, `[count, dim]`. */
  readonly rows: Tensor2D;
  /** The same as columns, as a loss takes them, `[dim, count]`. */
  readonly columns: Tensor2D;
  /** What a loss multiplies rows by, 1 / length of each, `[1, count]`; absent where it takes them as they are. */
  readonly inverse?: Tensor2D | undefined;
};

/** A store of features that a loss reads block by block, such as `FeatureQueue` of `selfsup/momentum`. */
export interface FeatureBlocks {
  /** Length of a row. */
  readonly dim: number;
  /** How many rows are there. */
  readonly filled: number;
  /** The filled rows; the tensors stay the store's and live until it changes. */
  blocks(): readonly FeatureBlock[];
}

/** True for a store, false for a tensor. */
export function isFeatureBlocks(value: unknown): value is FeatureBlocks {
  return typeof value === 'object' && value !== null && 'blocks' in value && typeof value.blocks === 'function';
}
