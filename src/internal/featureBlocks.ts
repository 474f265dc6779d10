import type { Tensor2D } from '@tensorflow/tfjs-core';

/** Some rows of a feature store in both orientations, so that the product with them and its gradient are plain products. */
export interface FeatureBlock {
  /** The rows as a loss takes them, `[count, dim]`. */
  readonly rows: Tensor2D;
  /** Their transpose, `[dim, count]`. */
  readonly columns: Tensor2D;
}

/** A store of features that a loss reads block by block, such as `FeatureQueue` of `selfsup/momentum`. */
export interface FeatureBlocks {
  /** Length of a row. */
  readonly dim: number;
  /** How many rows are there. */
  readonly filled: number;
  /** Whether no row is longer than 1. @defaultValue unset: not known, and losses take care that longer ones fit */
  readonly unit?: boolean;
  /** The filled rows; the tensors stay the store's and live until it changes. */
  blocks(): readonly FeatureBlock[];
}

/** True for a store, false for a tensor. */
export function isFeatureBlocks(value: unknown): value is FeatureBlocks {
  return typeof value === 'object' && value !== null && 'blocks' in value && typeof value.blocks === 'function';
}
