import { type Tensor1D, type Tensor4D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkImages, checkIntegers, checkNumbers, checkSeed } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { foldIn, type Seed, uniform } from '../random/index.js';
import { resample } from '../transforms/index.js';

/** Options of {@link egomotionTask}. */
export interface EgomotionOptions {
  /** Side of both crops in pixels, an integer \>= 1. @defaultValue half the shorter side */
  readonly cropSize?: number;
  /** Largest move along each axis in pixels, \>= 0. @defaultValue a tenth of the shorter side: 3 of 32 pixels */
  readonly shift?: number;
  /** Largest turn in degrees, from 0 to 90. @defaultValue 30, as in the paper */
  readonly degrees?: number;
  /**
   * How many equal bins each range is cut into, an integer \>= 1: for moves and turns alike, or each its own.
   * @defaultValue `{ translation: 7, rotation: 20 }`, as in the paper's toy task
   */
  readonly bins?: number | EgomotionBins;
}

/** Numbers of bins of {@link egomotionTask}. */
export interface EgomotionBins {
  /** Of the move along each axis. */
  readonly translation: number;
  /** Of the turn. */
  readonly rotation: number;
}

/** What {@link egomotionTask} gives; the caller disposes all five. */
export type EgomotionBatch = {
  /** What a camera sees, float32 `[batch, cropSize, cropSize, channels]` each. */
  readonly inputs: {
    /** Before it moved. */
    readonly first: Tensor4D;
    /** Afterwards. */
    readonly second: Tensor4D;
  };
  /** How it moved, in the first crop's own axes: bins of equal width, int32 `[batch]` each. */
  readonly labels: {
    /** Of the move to the right, from -shift to shift. */
    readonly x: Tensor1D;
    /** Of the move down, from -shift to shift. */
    readonly y: Tensor1D;
    /** Of the anticlockwise turn, from -degrees to degrees. */
    readonly rotation: Tensor1D;
  };
};

/**
 * Egomotion: how did the camera move between two crops of one image? For real motion, pair frames and bin their poses with
 * `binMotion`.
 *
 * Shortcuts: a turned crop alone shows that it is turned, by interpolation and by what is upright. Defence: both crops are turned
 * and interpolated, the first by half a drawn angle less, the second by half of it more than an angle drawn anew; neither
 * reaches outside the image, so that no empty corner tells.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`.
 * @param seed - The draws of image i depend on the seed and i alone.
 * @param options - Crop, ranges and bins.
 * @returns Crops and labels; the caller disposes all five.
 * @throws ShapeError on a wrong shape or images too small for the crops to stay inside; RangeError if an option is out of range.
 * @see Agrawal, Carreira and Malik, "Learning to See by Moving", ICCV 2015, arXiv:1505.01596, section 3.1 (MNIST: moves of -3 to 3
 * pixels, turns of -30 to 30 degrees, three softmax losses).
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { egomotionTask } from 'selfsup/pretext';
 * const { inputs, labels } = egomotionTask(ones<Rank.R4>([4, 32, 32, 3]), 1, { bins: 5 });
 * console.log(inputs.first.shape, labels.rotation.shape); // 4, 16, 16, 3 and 4
 * ```
 */
export function egomotionTask(x: Tensor4D, seed: Seed, options: EgomotionOptions = {}): EgomotionBatch {
  checkSeed('egomotionTask', seed);
  const where = 'egomotionTask';
  checkImages(where, x);
  const [batch, height, width] = x.shape;
  const shorter = Math.min(height, width);
  const {
    cropSize = Math.max(1, Math.floor(shorter / 2)),
    shift = Math.round(shorter / 10),
    degrees = 30,
  } = checkOptions('egomotionTask', options, ['cropSize', 'shift', 'degrees', 'bins']);
  checkIntegers(where, { cropSize: [cropSize, 1] });
  checkNumbers(where, { shift: [shift, 0], degrees: [degrees, 0, 90] });
  const { translation, rotation } = binsOf(where, options.bins);
  // How far the crops' corners may lie from the point half-way between their middles: each is turned by `degrees` at most.
  const most = Math.min(radians(degrees), Math.PI / 4);
  const reach = ((cropSize - 1) / 2) * (Math.cos(most) + Math.sin(most)) + shift / Math.SQRT2;
  if (2 * reach > shorter - 1) {
    throw new ShapeError(
      `${where}: images must be at least ${Math.ceil(2 * reach) + 1} x ${Math.ceil(2 * reach) + 1} for crops of ${cropSize}, moves of ${shift} and turns of ${degrees} degrees, got ${height} x ${width}.`,
    );
  }
  const draws = Array.from({ length: batch }, (_, i) => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = uniform(foldIn(seed, i), 6);
    const turn = degrees * (2 * a - 1);
    const base = (degrees / 2) * (2 * b - 1);
    const [right, down] = [shift * (2 * c - 1), shift * (2 * d - 1)];
    const start = base - turn / 2;
    // The move in the image's axes, from the first crop's, which are turned anticlockwise by `start`.
    const [cos, sin] = [Math.cos(radians(start)), Math.sin(radians(start))];
    const [moveX, moveY] = [cos * right + sin * down, -sin * right + cos * down];
    const [middleX, middleY] = [reach + e * (width - 1 - 2 * reach), reach + f * (height - 1 - 2 * reach)];
    return {
      bins: { x: Math.floor(c * translation), y: Math.floor(d * translation), rotation: Math.floor(a * rotation) },
      first: cropMatrix(cropSize, start, middleX - moveX / 2, middleY - moveY / 2),
      second: cropMatrix(cropSize, base + turn / 2, middleX + moveX / 2, middleY + moveY / 2),
    };
  });
  const crop = (name: 'first' | 'second'): Tensor4D =>
    resample(x, [{ from: [height, width], size: [cropSize, cropSize], matrices: draws.map((draw) => draw[name]) }]);
  const labels = (name: 'x' | 'y' | 'rotation'): Tensor1D =>
    tensor1d(
      Int32Array.from(draws, ({ bins }) => bins[name]),
      'int32',
    );
  return tidy(() => ({
    inputs: { first: crop('first'), second: crop('second') },
    labels: { x: labels('x'), y: labels('y'), rotation: labels('rotation') },
  }));
}

/** From the pixels of a crop to the image's, for a camera at (x, y) that is turned anticlockwise. */
function cropMatrix(size: number, degrees: number, x: number, y: number): number[] {
  const [cos, sin, half] = [Math.cos(radians(degrees)), Math.sin(radians(degrees)), (size - 1) / 2];
  return [cos, sin, x - half * (cos + sin), -sin, cos, y - half * (cos - sin), 0, 0, 1];
}

function binsOf(where: string, bins: EgomotionOptions['bins']): EgomotionBins {
  const given = typeof bins === 'number' ? { translation: bins, rotation: bins } : bins;
  const { translation = 7, rotation = 20 } = given ?? {};
  checkIntegers(where, { 'bins.translation': [translation, 1], 'bins.rotation': [rotation, 1] });
  return { translation, rotation };
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
