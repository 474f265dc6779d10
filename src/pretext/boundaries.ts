import {
  abs,
  add,
  cast,
  maxPool,
  mul,
  neg,
  pad,
  reshape,
  slice,
  stack,
  step,
  sub,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkDtype, checkShapes } from '../internal/checks.js';
import { largestAround } from '../transforms/dilate.js';

/** Which pixels {@link boundaries} marks. */
export type BoundaryMode = 'thick' | 'inner' | 'outer' | 'subpixel';

/** Options of {@link boundaries}. */
export interface BoundariesOptions {
  /**
   * `'thick'`: pixels that differ from one of their four neighbours; `'inner'`: those of them that are not background;
   * `'outer'`: those of the background, and those where two objects touch; `'subpixel'`: places between pixels, in a map of
   * `2 height - 1` by `2 width - 1`. @defaultValue 'thick'
   */
  readonly mode?: BoundaryMode;
}

/** Above every label. */
const BACKGROUND = 2 ** 24;

/**
 * Where the labels of a label map change.
 *
 * @param labels - int32 `[batch, height, width]`, in [0, 2^24); 0 is the background.
 * @param options - Which side of a boundary to mark.
 * @returns 1 on a boundary, 0 elsewhere, int32 `[batch, height, width]` (`'subpixel'`: `[batch, 2 height - 1,
 * 2 width - 1]`); the caller disposes it.
 * @throws ShapeError on a wrong shape or dtype; RangeError on an unknown mode.
 * @see scikit-image `segmentation.find_boundaries` with connectivity 1.
 * @example
 * ```ts
 * import { tensor3d } from '@tensorflow/tfjs-core';
 * import { boundaries } from 'selfsup/pretext';
 * boundaries(tensor3d([0, 0, 1, 1], [1, 1, 4], 'int32'), { mode: 'inner' }).print(); // 0, 0, 1, 0
 * ```
 */
export function boundaries(labels: Tensor3D, options: BoundariesOptions = {}): Tensor3D {
  const { mode = 'thick' } = checkOptions('boundaries', options, ['mode']);
  checkShapes('boundaries', { labels: [labels, ['batch', 'height', 'width']] });
  checkDtype('boundaries', { labels }, 'int32');
  checkChoice('boundaries', 'mode', mode, ['thick', 'inner', 'outer', 'subpixel']);
  return tidy(() => {
    const map = cast(labels, 'float32');
    if (mode === 'subpixel') return cast(between(map), 'int32');
    const x: Tensor4D = reshape(map, [...labels.shape, 1]);
    const changes = step(add(range(x, [3, 1]), range(x, [1, 3])));
    const objects = step(abs(x));
    const marked = mode === 'thick' ? changes : mul(changes, mode === 'inner' ? objects : outside(x, objects));
    return cast(reshape(marked, labels.shape), 'int32');
  });
}

/** 1 on the background and on objects that another one is next to, corners included. */
function outside(x: Tensor4D, objects: Tensor4D): Tensor {
  const background = sub<Tensor4D>(1, objects);
  const least = neg(largestAround(neg(add<Tensor4D>(x, mul(background, BACKGROUND))), 3)); // the background left out
  return add(background, mul(step(sub(largestAround(x, 3), least)), objects));
}

/** Largest less smallest value of a window of three, down the columns or along the lines. */
function range(x: Tensor4D, window: [number, number]): Tensor4D {
  const [, height, width] = x.shape;
  if ((window[0] > 1 ? height : width) === 1) return zerosLike(x);
  return add(maxPool(x, window, 1, 'same'), maxPool(neg(x), window, 1, 'same'));
}

/** 1 at places between pixels, sides and corners, where labels of the pixels around differ; 0 on pixels. */
function between(map: Tensor3D): Tensor3D {
  const across = differences(map, 2);
  const down = differences(map, 1);
  const corners = step<Tensor3D>(add<Tensor3D>(sums(across, 1), sums(down, 2)));
  return interleave(interleave(zerosLike(map), across, 2), interleave(down, corners, 2), 1);
}

/** Entries of an axis but the first, or but the last. */
function part(x: Tensor3D, axis: 1 | 2, from: 0 | 1): Tensor3D {
  const size = x.shape.map((n, i) => (i === axis ? n - 1 : n)) as [number, number, number];
  return slice(x, axis === 1 ? [0, from, 0] : [0, 0, from], size);
}

const differences = (x: Tensor3D, axis: 1 | 2): Tensor3D =>
  step(abs(sub<Tensor3D>(part(x, axis, 1), part(x, axis, 0))));
const sums = (x: Tensor3D, axis: 1 | 2): Tensor3D => add(part(x, axis, 1), part(x, axis, 0));

/** Entries of an axis in turn: one of a, one of b, ..., one of a. */
function interleave(a: Tensor3D, b: Tensor3D, axis: 1 | 2): Tensor3D {
  const filled = pad(
    b,
    axis === 1
      ? [
          [0, 0],
          [0, 1],
          [0, 0],
        ]
      : [
          [0, 0],
          [0, 0],
          [0, 1],
        ],
  );
  const shape = a.shape.map((n, i) => (i === axis ? 2 * n : n)) as [number, number, number];
  return part(reshape(stack([a, filled], axis + 1), shape), axis, 0);
}
