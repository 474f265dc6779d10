import { type Tensor1D, type Tensor4D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkImages, checkIntegers, checkSeed } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { foldIn, integers, type RandomKey, type Seed, split } from '../random/index.js';
import { type ChromaDefence, checkChroma, defendChroma } from './chroma.js';
import { type Corner, cropAt } from './takePixels.js';

/** Options of {@link relativePositionTask}. */
export interface RelativePositionOptions {
  /** Side of a patch in pixels, \>= 1. @defaultValue 0.22 of the shorter side, rounded down: 7 of 32 pixels, 21 of 96 */
  readonly patchSize?: number;
  /** Pixels between neighbouring patches before they are jittered, \>= 0. @defaultValue half a patch, as in the paper */
  readonly gap?: number;
  /**
   * Largest move of each patch along each axis in pixels, \>= 0 and at most half the gap, so that patches never touch.
   * @defaultValue 7 in 96 of a patch, as in the paper, but at least 1 where the gap allows it
   */
  readonly jitter?: number;
  /** Defence against chromatic aberration. @defaultValue 'drop', as in the authors' code; 'none' unless there are 3 channels */
  readonly chroma?: ChromaDefence;
}

/** What {@link relativePositionTask} gives; the caller disposes all three. */
export type RelativePositionBatch = {
  /** Two patches per image, float32 `[batch, patchSize, patchSize, channels]` each. */
  readonly inputs: {
    /** The patch in the middle. */
    readonly anchor: Tensor4D;
    /** One of its neighbours. */
    readonly query: Tensor4D;
  };
  /** Place of the query among the eight around the anchor, row by row: int32 `[batch]` in [0, 8), 0 is above to the left. */
  readonly labels: Tensor1D;
};

/**
 * Where does this patch belong? A patch, one of its eight neighbours, and which one it is.
 *
 * Shortcuts: lines and textures that run on from one patch into the next; colour fringes of the lens, which give away where in
 * the photo a patch was. Defences: the gap and the jitter; `chroma`. The anchor is drawn from where all eight neighbours would
 * fit, so that its own place says nothing about the label.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`, at least `3 * patchSize + 2 * gap + 2 * jitter` a side.
 * @param seed - The draws of image i depend on the seed and i alone.
 * @param options - Sizes in pixels and the defence.
 * @returns Patches and labels; with `'project'`, colours lie in [-1/3, 4/3]. The caller disposes them.
 * @throws ShapeError on a wrong shape or images too small; RangeError if an option is out of range.
 * @see Doersch, Gupta and Efros, "Unsupervised Visual Representation Learning by Context Prediction", ICCV 2015,
 * arXiv:1505.05192, section 3 (patches of 96 pixels, gap 48, jitter 7; the authors' code takes pairs from a grid over the photo).
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { relativePositionTask } from 'selfsup/pretext';
 * const { inputs, labels } = relativePositionTask(ones<Rank.R4>([4, 32, 32, 3]), 1, { patchSize: 8, gap: 2, jitter: 1 });
 * console.log(inputs.anchor.shape, inputs.query.shape, labels.shape); // 4, 8, 8, 3 twice, and 4
 * ```
 */
export function relativePositionTask(
  x: Tensor4D,
  seed: Seed,
  options: RelativePositionOptions = {},
): RelativePositionBatch {
  checkSeed('relativePositionTask', seed);
  const where = 'relativePositionTask';
  checkImages(where, x);
  const [batch, height, width, channels] = x.shape;
  const { patchSize = Math.max(1, Math.floor(0.22 * Math.min(height, width))) } = checkOptions(
    'relativePositionTask',
    options,
    ['patchSize', 'gap', 'jitter', 'chroma'],
  );
  checkIntegers(where, { patchSize: [patchSize, 1] });
  const { gap = Math.floor(patchSize / 2) } = options;
  checkIntegers(where, { gap: [gap, 0] });
  const { jitter = Math.min(Math.floor(gap / 2), Math.max(1, Math.round((7 * patchSize) / 96))) } = options;
  checkIntegers(where, { jitter: [jitter, 0] });
  if (2 * jitter > gap) {
    throw new RangeError(`${where}: jitter must be at most half the gap ${gap}, or patches may touch, got ${jitter}.`);
  }
  const chroma = checkChroma(where, options.chroma, channels);
  const extent = 3 * patchSize + 2 * gap + 2 * jitter;
  if (extent > height || extent > width) {
    throw new ShapeError(
      `${where}: images must be at least ${extent} x ${extent} for patches of ${patchSize}, gap ${gap} and jitter ${jitter}, got ${height} x ${width}.`,
    );
  }
  const pitch = patchSize + gap;
  const draws = Array.from({ length: batch }, (_, image) => {
    const key = foldIn(seed, image);
    const [down, across] = [below(key, 0, height - extent + 1), below(key, 1, width - extent + 1)];
    const label = below(key, 2, 8);
    const place = label < 4 ? label : label + 1;
    const at = (cell: number, stream: number): Corner => ({
      image,
      top: down + pitch * Math.floor(cell / 3) + below(key, stream, 2 * jitter + 1),
      left: across + pitch * (cell % 3) + below(key, stream + 1, 2 * jitter + 1),
    });
    return { label, anchor: at(4, 3), query: at(place, 5) };
  });
  const [ofAnchors, ofQueries] = split(seed, 2) as [RandomKey, RandomKey];
  return tidy(() => {
    const patches = (name: 'anchor' | 'query', key: RandomKey): Tensor4D => {
      const corners = draws.map((draw) => draw[name]);
      return defendChroma(cropAt(x, corners, [patchSize, patchSize]), key, chroma);
    };
    return {
      inputs: { anchor: patches('anchor', ofAnchors), query: patches('query', ofQueries) },
      labels: tensor1d(
        Int32Array.from(draws, ({ label }) => label),
        'int32',
      ),
    };
  });
}

/** A whole number in [0, n) from one stream of a key. */
function below(key: RandomKey, stream: number, n: number): number {
  return integers(foldIn(key, stream), { max: n });
}
