import { clone, type Tensor3D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { filterAxes } from './filterAxes.js';
import { boxMatrix, checkPlacements, isAxisAligned, type Placement } from './placement.js';
import { toPlanes } from './planes.js';
import { planesAtAxes, readAxes } from './readAxes.js';
import { readPlaces } from './readPlaces.js';
import { checkInput, IMAGES } from './shapes.js';
import { trace, traceGrid } from './trace.js';
import type { ApplyOptions, Interpolation } from './transform.js';
import { isOneTransform, transformImages } from './transformImages.js';
import { indexingPays } from './ways.js';

/**
 * Reads images through geometric steps in a row, with one interpolation: every pixel of the last result is traced back
 * through all steps to its place in the input. Step by step the image would be interpolated as often as there are steps,
 * and blurred each time. Where a step reads outside its own input, the result is zero, as step by step.
 *
 * An antialiased step that shrinks is a filter, not a place: the chain is cut before it and, but for mirrorings, after it.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`.
 * @param placements - The steps, first to last, such as a transform's `geometry` gives; none gives the images.
 * @param options - `interpolation: 'nearest'` for masks and label maps (antialiasing is then left out).
 * @returns Images of the last step's size; the caller disposes them.
 * @throws ShapeError on a wrong shape, or steps that do not fit the images or each other; RangeError on a bad number.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { compose, randomAffine, randomResizedCrop, resample } from 'selfsup/transforms';
 * const geometry = compose(randomAffine({ degrees: 20 }), randomResizedCrop({ size: 16 }));
 * const images = ones<Rank.R4>([2, 32, 32, 3]);
 * const placements = geometry.geometry?.(images.shape, geometry.sample(images.shape, 1)) ?? [];
 * console.log(placements.length, resample(images, placements).shape); // 2 steps, [2, 16, 16, 3]
 * ```
 */
export function resample(x: Tensor4D, placements: readonly Placement[], options: ApplyOptions = {}): Tensor4D {
  checkOptions('resample', options, ['interpolation']);
  const readings = readingsOf(x, placements, options);
  return tidy(() => {
    const result = readings.reduce((images, reading) => reading.images(images), x);
    return result === x ? clone(x) : result;
  });
}

/** The same as colour planes [channels, batch, pixels], which most ways of reading give at once. */
export function resamplePlanes(x: Tensor4D, placements: readonly Placement[], options: ApplyOptions = {}): Tensor3D {
  const readings = readingsOf(x, placements, options);
  return tidy(() => {
    const last = readings.pop();
    const images = readings.reduce((current, reading) => reading.images(current), x);
    return last ? last.planes(images) : toPlanes(images);
  });
}

/** An interpolation, of images, or of images to colour planes. */
interface Reading {
  readonly images: (x: Tensor4D) => Tensor4D;
  readonly planes: (x: Tensor4D) => Tensor3D;
}

/** The checked interpolations that steps take. */
function readingsOf(x: Tensor4D, placements: readonly Placement[], options: ApplyOptions): Reading[] {
  const { interpolation = 'bilinear' } = options;
  checkInput('resample', x, IMAGES);
  checkChoice('resample', 'interpolation', interpolation, ['bilinear', 'nearest']);
  checkPlacements('resample', placements, x.shape);
  for (const placement of placements) if (filters(placement, interpolation)) checkFilter(placement);
  const readings: Reading[] = [];
  for (let next = 0; next < placements.length; ) {
    const start = next++;
    const first = placements[start] as Placement;
    const isFilter = filters(first, interpolation);
    while (next < placements.length && (isFilter ? mirrors : reads)(placements[next] as Placement, interpolation))
      next++;
    const [rest, all] = [placements.slice(start + 1, next), placements.slice(start, next)];
    readings.push(isFilter ? asReading((y) => filterAxes(y, first, rest)) : readingOf(all, x.shape[0], interpolation));
  }
  return readings;
}

/** One interpolation for all steps. */
function readingOf(steps: readonly Placement[], batch: number, interpolation: Interpolation): Reading {
  if (interpolation === 'bilinear' && isOneTransform(steps)) {
    const [step] = steps as [Placement];
    return asReading((x) => transformImages(x, step));
  }
  const grid = indexingPays() ? traceGrid(steps, batch, interpolation) : null;
  if (grid) return { images: (x) => readAxes(x, grid), planes: (x) => planesAtAxes(x, grid) };
  const places = trace(steps, batch, interpolation);
  return asReading((x) => readPlaces(x, places, interpolation));
}

function asReading(images: (x: Tensor4D) => Tensor4D): Reading {
  return { images, planes: (x) => toPlanes(images(x)) };
}

/** Whether a step is to be antialiased: asked for, and shrinking some image. */
function filters({ antialias, matrices }: Placement, interpolation: Interpolation): boolean {
  return (
    antialias === true &&
    interpolation === 'bilinear' &&
    matrices.some((m) => Math.abs(m[0] as number) > 1 || Math.abs(m[4] as number) > 1)
  );
}

function reads(placement: Placement, interpolation: Interpolation): boolean {
  return !filters(placement, interpolation);
}

/** Whether a step at most mirrors each image in itself. */
function mirrors({ from, size, matrices, boxes, antialias }: Placement): boolean {
  return (
    boxes === undefined &&
    !antialias &&
    String(from) === String(size) &&
    matrices.every(
      (m) =>
        isAxisAligned(m) &&
        ((m[0] === 1 && m[2] === 0) || (m[0] === -1 && m[2] === size[1] - 1)) &&
        ((m[4] === 1 && m[5] === 0) || (m[4] === -1 && m[5] === size[0] - 1)),
    )
  );
}

function checkFilter({ matrices, boxes, from, size }: Placement): void {
  for (const [i, m] of matrices.entries()) {
    const box = boxes?.[i] ?? [0, 0, ...from];
    const fills = boxMatrix(box, size).every((value, j) => Math.abs(value - (m[j] as number)) < 1e-6);
    if (!fills || !box.every(Number.isInteger)) {
      throw new RangeError('resample: an antialiased step must fill its result from a box of whole pixels.');
    }
  }
}
