import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Seed } from '../random/index.js';

/** How geometric transforms read between pixels: `'bilinear'` for images, `'nearest'` for masks and label maps. */
export type Interpolation = 'bilinear' | 'nearest';

/** Options of {@link Transform.apply}. */
export interface ApplyOptions {
  /** Sampling of geometric transforms; transforms of colour ignore it. @defaultValue 'bilinear' */
  readonly interpolation?: Interpolation;
}

/**
 * A random transform of a batch: callable, and split into the drawing of its parameters and their application, so that
 * a draw can be logged, replayed on a mask or a second modality, and tested.
 *
 * `P` is plain data, an object of number arrays with one entry per image; `JSON.parse(JSON.stringify(params))` replays it.
 * Entry i depends on the seed and i, never on the size of the batch.
 */
export interface Transform<P = unknown, X extends Tensor = Tensor4D> {
  /** Draws and applies: `apply(x, sample(x.shape, seed))`. The caller disposes the result. */
  (x: X, seed: Seed): X;
  /** Draws the parameters of every image of a batch of this shape, on the host; makes no tensor. */
  sample(shape: readonly number[], seed: Seed): P;
  /** Applies drawn parameters: the same input and parameters give the same result. The caller disposes it. */
  apply(x: X, params: P, options?: ApplyOptions): X;
  /** Shape of the result for an input of this shape. */
  outputShape(shape: readonly number[]): number[];
  /**
   * The parameters for a batch in which every image stands `times` times in a row: how {@link clipTransform} gives all
   * frames of a clip one draw. Needed only where parameters are not an object of arrays with one entry per image.
   */
  repeat?(params: P, times: number): P;
}

/** Draws several views of one batch; the caller disposes each of them. */
export type Views<X extends Tensor = Tensor4D> = (x: X, seed: Seed) => X[];
