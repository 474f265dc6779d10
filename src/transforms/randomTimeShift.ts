import { concat, reshape, slice, type Tensor1D, type Tensor2D, zeros } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkNumbers } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { uniform } from '../random/index.js';
import { imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { perImage } from './perImage.js';
import { WAVEFORMS } from './shapes.js';
import type { Transform } from './transform.js';

/** Options of {@link randomTimeShift}. */
export interface RandomTimeShiftOptions {
  /** Longest shift to either side, \>= 0: in seconds with `sampleRate`, else in samples. */
  readonly maxShift: number;
  /** Samples per unit of `maxShift`, \> 0. @defaultValue 1, so that `maxShift` counts samples */
  readonly sampleRate?: number;
  /** What leaves at one end comes back at the other (`'roll'`), or zeros do. @defaultValue 'roll' */
  readonly mode?: 'roll' | 'zero';
}

/** Parameters of {@link randomTimeShift}. */
export interface RandomTimeShiftParams {
  /** Samples that each waveform moves later; negative moves it earlier. */
  readonly shift: number[];
}

/**
 * Moves a waveform in time by a whole number of samples, all from -maxShift to maxShift equally likely:
 * `y[t] = x[t - shift]`.
 *
 * @param options - The longest shift, its unit, and what fills the gap.
 * @returns A transform of waveforms `[batch, samples]`; it throws ShapeError for waveforms shorter than the longest shift.
 * @throws RangeError if an option is out of range.
 * @see audiomentations `Shift`, which rolls too.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { randomTimeShift } from 'selfsup/transforms';
 * const shift = randomTimeShift({ maxShift: 0.1, sampleRate: 20, mode: 'zero' }); // up to 2 samples
 * shift.apply(tensor2d([[1, 2, 3, 4]]), { shift: [1] }).print(); // 0, 1, 2, 3
 * ```
 */
export function randomTimeShift(options: RandomTimeShiftOptions): Transform<RandomTimeShiftParams, Tensor2D> {
  checkOptions('randomTimeShift', options, ['maxShift', 'sampleRate', 'mode']);
  const where = 'randomTimeShift';
  const { maxShift, sampleRate = 1, mode = 'roll' } = options ?? {};
  checkNumbers(where, { maxShift: [maxShift, 0], sampleRate: [sampleRate, Number.MIN_VALUE] });
  checkChoice(where, 'mode', mode, ['roll', 'zero']);
  const most = Math.round(maxShift * sampleRate);
  return makeTransform<RandomTimeShiftParams, Tensor2D>(where, {
    axes: WAVEFORMS,
    sample: (shape, seed) => ({
      shift: imageKeys(shape, seed).map((key) => Math.floor(uniform(key) * (2 * most + 1)) - most),
    }),
    apply: (x, { shift }) => {
      if (shift.every((s) => s === 0)) return x;
      const samples = x.shape[1];
      const all: Tensor1D = reshape(x, [x.size]);
      const piece = (row: number, from: number, to: number): Tensor1D[] =>
        from < to ? [slice(all, row * samples + from, to - from)] : [];
      const gap = (row: number, from: number, to: number): Tensor1D[] =>
        mode === 'roll' ? piece(row, from, to) : from < to ? [zeros([to - from])] : [];
      const moved = shift.flatMap((s, i) =>
        s >= 0
          ? [...gap(i, samples - s, samples), ...piece(i, 0, samples - s)]
          : [...piece(i, -s, samples), ...gap(i, 0, -s)],
      );
      return reshape(concat(moved), x.shape);
    },
    check: ([, samples = 0]) => {
      if (samples < most) throw new ShapeError(`${where}: x must have at least ${most} samples, got ${samples}.`);
    },
    checkParams: ({ shift }, [batch = 0, samples = 0]) => {
      for (const [i, s] of perImage(where, 'params.shift', shift ?? [], batch, -samples, samples).entries()) {
        if (!Number.isInteger(s)) throw new RangeError(`${where}: params.shift[${i}] must be an integer, got ${s}.`);
      }
    },
  });
}
