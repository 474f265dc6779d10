import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Seed } from '../random/index.js';
import type { Placement } from './placement.js';

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
   * Of a geometric transform: where the pixels of the result lie in an input of this shape, step by step, for
   * {@link resample}; null where some images take another way through. {@link compose} joins such transforms in a row.
   */
  geometry?(shape: readonly number[], params: P): readonly Placement[] | null;
  /**
   * Of a transform of colour: the same on colour planes `[channels, batch, height * width]`, of images of this shape.
   * {@link compose} converts to planes once for such transforms in a row. Runs inside a `tidy` and may return `planes`.
   */
  applyPlanes?(planes: Tensor3D, params: P, shape: readonly number[]): Tensor3D;
  /**
   * The parameters for a batch in which every image stands `times` times in a row: how {@link clipTransform} gives all
   * frames of a clip one draw. Needed only where parameters are not an object of arrays with one entry per image.
   */
  repeat?(params: P, times: number): P;
}

/** Draws several views of one batch; the caller disposes each of them. */
export interface Views<X extends Tensor = Tensor4D> {
  /** View v is drawn with `foldIn(seed, v)`. */
  (x: X, seed: Seed): X[];
  /** The transform of each view, where there is one: `transforms[v].sample(x.shape, foldIn(seed, v))` replays view v. */
  readonly transforms?: readonly Transform<unknown, X>[];
}
