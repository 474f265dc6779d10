import { type Tensor1D, type Tensor4D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkImages, checkSeed } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import type { Seed } from '../random/index.js';
import { makeTransform, randomChoice, resample, type Transform } from '../transforms/index.js';

/** Options of {@link geometricTransformTask}. */
export interface GeometricTransformOptions {
  /**
   * The classes: transforms that keep the size of images, drawn with equal chances. One that draws draws anew for each image.
   * @defaultValue the 8 symmetries of the square: 0 to 3 quarter turns anticlockwise, then the same of the mirrored image
   */
  readonly transforms?: readonly Transform<unknown>[];
}

/** What {@link geometricTransformTask} gives; the caller disposes both. */
export type GeometricTransformBatch = {
  /** Transformed images, float32 `[batch, height, width, channels]`. */
  readonly inputs: Tensor4D;
  /** Which transform: int32 `[batch]` in [0, transforms). */
  readonly labels: Tensor1D;
};

/**
 * Which transform was this image given?
 *
 * Shortcut: traces that a transform leaves whatever the image (empty corners, edges repeated, blur of interpolation). Defence:
 * the symmetries of the square leave none. Of transforms of one's own, all should leave the same, or none: crop what leaves a
 * rim, and let every class interpolate.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`; square for the default.
 * @param seed - The draws of image i depend on the seed and i alone.
 * @param options - The transforms.
 * @returns Images and labels; the caller disposes both.
 * @throws ShapeError on a wrong shape or a transform that changes it; RangeError if the transforms are none.
 * @see Golan and El-Yaniv, "Deep Anomaly Detection Using Geometric Transformations", NeurIPS 2018, arXiv:1805.10917, section 4
 * (these 8, each with 9 shifts by a quarter of the image, whose rims are filled by reflection).
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { geometricTransformTask } from 'selfsup/pretext';
 * import { randomAffine } from 'selfsup/transforms';
 * const x = ones<Rank.R4>([4, 32, 32, 3]);
 * const symmetries = geometricTransformTask(x, 1); // labels 0 to 7
 * const sizes = geometricTransformTask(x, 1, {
 *   transforms: [randomAffine({ degrees: 0, scale: [1, 1.25] }), randomAffine({ degrees: 0, scale: [1.5, 2] })],
 * });
 * ```
 */
export function geometricTransformTask(
  x: Tensor4D,
  seed: Seed,
  options: GeometricTransformOptions = {},
): GeometricTransformBatch {
  checkSeed('geometricTransformTask', seed);
  checkOptions('geometricTransformTask', options, ['transforms']);
  const where = 'geometricTransformTask';
  checkImages(where, x);
  if (options.transforms === undefined && x.shape[1] !== x.shape[2]) {
    throw new ShapeError(`${where}: images must be square for the symmetries, got ${x.shape[1]} x ${x.shape[2]}.`);
  }
  const choice = randomChoice(options.transforms ?? symmetries());
  const shape = choice.outputShape(x.shape);
  if (String(shape) !== String(x.shape)) {
    throw new ShapeError(
      `${where}: transforms must keep the shape [${x.shape.join(', ')}], got [${shape.join(', ')}].`,
    );
  }
  const params = choice.sample(x.shape, seed);
  const placements = choice.geometry?.(x.shape, params) ?? null;
  return tidy(() => ({
    inputs: placements ? resample(x, placements) : choice.apply(x, params),
    labels: tensor1d(Int32Array.from(params.choice), 'int32'),
  }));
}

/** The 8 symmetries of the square as transforms that draw nothing. */
function symmetries(): Transform<unknown>[] {
  return Array.from({ length: 8 }, (_, k) =>
    makeTransform<object>(`symmetry ${k}`, {
      sample: () => ({}),
      geometry: ([batch = 0, height = 0, width = 0]) => {
        const last = width - 1;
        const mirror = k < 4 ? 1 : -1;
        // Column and line of the mirrored image that the pixel (x, y) of the turned one comes from.
        const turned = [
          [1, 0, 0, 0, 1, 0],
          [0, -1, last, 1, 0, 0],
          [-1, 0, last, 0, -1, last],
          [0, 1, 0, -1, 0, last],
        ][k % 4] as number[];
        const [a, b, c, ...line] = turned as [number, number, number, ...number[]];
        const matrix = [mirror * a, mirror * b, mirror === 1 ? c : last - c, ...line, 0, 0, 1];
        return [{ from: [height, width], size: [height, width], matrices: new Array(batch).fill(matrix) }];
      },
    }),
  );
}
