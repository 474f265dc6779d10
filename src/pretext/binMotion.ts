import {
  add,
  atan2,
  cast,
  clipByValue,
  floor,
  mul,
  neg,
  reshape,
  slice,
  sqrt,
  square,
  stack,
  sub,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloats, checkIntegers, checkNumbers, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { matMul } from '../internal/matMul.js';

/** Options of {@link binMotion}. */
export interface BinMotionOptions {
  /** How many equal bins each range is cut into, an integer \>= 1. @defaultValue 20, as in the paper */
  readonly bins?: number;
  /** Range of each component of the move, in the poses' unit; what lies outside is in the first or last bin. */
  readonly translation: readonly [min: number, max: number];
  /** Range of each angle in degrees; what lies outside is in the first or last bin. */
  readonly rotation: readonly [min: number, max: number];
}

/** What {@link binMotion} gives; the caller disposes both. */
export interface MotionBins {
  /** Bins of the move along the first camera's x, y and z axes, int32 `[batch, 3]`. */
  readonly translation: Tensor2D;
  /** Bins of the angles around the x, y and z axes, int32 `[batch, 3]`. */
  readonly rotation: Tensor2D;
}

/**
 * Labels for egomotion from real frames: how the camera moved from one pose to the next, inv(from) * to, in bins. The rotation is
 * written as Rz(c) Ry(b) Rx(a), and a, b and c are binned.
 *
 * @param from - Camera-to-world poses of the first frames, float32 `[batch, 4, 4]`: a rotation and a translation.
 * @param to - Poses of the second frames, same shape.
 * @param options - Ranges and bins.
 * @returns Bins, int32 `[batch, 3]` twice; the caller disposes both.
 * @throws ShapeError on a wrong shape; RangeError if an option is out of range.
 * @see Agrawal, Carreira and Malik, arXiv:1505.01596, section 4.1 (KITTI: 20 bins for each component).
 * @example
 * ```ts
 * import { eye, tensor3d } from '@tensorflow/tfjs-core';
 * import { binMotion } from 'selfsup/pretext';
 * const from = tensor3d([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], [1, 4, 4]);
 * const to = tensor3d([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0.9, 0, 0, 0, 1], [1, 4, 4]); // 0.9 forwards
 * const { translation } = binMotion(from, to, { bins: 5, translation: [-1, 1], rotation: [-10, 10] });
 * translation.print(); // 2, 2, 4
 * ```
 */
export function binMotion(from: Tensor3D, to: Tensor3D, options: BinMotionOptions): MotionBins {
  checkOptions('binMotion', options, ['bins', 'translation', 'rotation']);
  const where = 'binMotion';
  const { bins = 20 } = options ?? {};
  checkFloats(where, { from: [from, ['batch', 4, 4]], to: [to, ['batch', 4, 4]] });
  checkIntegers(where, { bins: [bins, 1] });
  const translation = checkRange(where, 'translation', options?.translation);
  const rotation = checkRange(where, 'rotation', options?.rotation);
  const batch = from.shape[0];
  const binned = (values: Tensor2D, [min, max]: readonly [number, number]): Tensor2D => {
    const places = floor(mul(sub(values, min), bins / (max - min)));
    return cast(clipByValue(places, 0, bins - 1), 'int32') as Tensor2D;
  };
  return tidy(() => {
    const turned = transpose<Tensor3D>(slice(from, [0, 0, 0], [batch, 3, 3]), [0, 2, 1]);
    const moved = sub<Tensor3D>(slice(to, [0, 0, 3], [batch, 3, 1]), slice(from, [0, 0, 3], [batch, 3, 1]));
    const r = matMul<Tensor3D>(turned, slice(to, [0, 0, 0], [batch, 3, 3]));
    const entry = (row: number, column: number): Tensor1D =>
      reshape(slice(r, [0, row, column], [batch, 1, 1]), [batch]);
    const level = sqrt(add(square(entry(0, 0)), square(entry(1, 0))));
    // Plus 0, which makes 0 of -0, whose arc tangent some GPUs give as pi.
    const angle = (y: Tensor1D, x: Tensor1D): Tensor1D => atan2(add<Tensor1D>(y, 0), x);
    const angles = [
      angle(entry(2, 1), entry(2, 2)),
      angle(neg(entry(2, 0)), level as Tensor1D),
      angle(entry(1, 0), entry(0, 0)),
    ];
    return {
      translation: binned(reshape(matMul(turned, moved), [batch, 3]), translation),
      rotation: binned(mul(stack(angles, 1) as Tensor2D, 180 / Math.PI), rotation),
    };
  });
}

function checkRange(where: string, name: string, range: readonly [number, number]): readonly [number, number] {
  if (!Array.isArray(range) || range.length !== 2) {
    throw new RangeError(`${where}: ${name} must be [min, max], got ${show(range)}.`);
  }
  const [min, max] = range as [number, number];
  checkNumbers(where, { [`${name}[0]`]: [min, Number.NEGATIVE_INFINITY], [`${name}[1]`]: [max, min] });
  if (min === max) throw new RangeError(`${where}: ${name} must not be empty, got ${show(range)}.`);
  return range;
}
