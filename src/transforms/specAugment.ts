import {
  add,
  mean,
  mul,
  reshape,
  scalar,
  sub,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { foldIn, type RandomKey, uniform } from '../random/index.js';
import { imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { rows } from './planes.js';
import type { Transform } from './transform.js';

/** Options of {@link specAugment}. The defaults are the paper's policy LibriSpeech basic (LB). */
export interface SpecAugmentOptions {
  /** Number of masks in time, an integer >= 0. @defaultValue 1 */
  readonly timeMasks?: number;
  /** Longest mask in time, in frames, an integer >= 0; never longer than the input. @defaultValue 100 */
  readonly timeWidth?: number;
  /** Longest mask in time as a share of the frames, in [0, 1]. @defaultValue 1 */
  readonly timeShare?: number;
  /** Number of masks in frequency, an integer >= 0. @defaultValue 1 */
  readonly frequencyMasks?: number;
  /** Widest mask in frequency, in bands, an integer >= 0; never wider than the input. @defaultValue 27 */
  readonly frequencyWidth?: number;
  /** What masked cells get: a number, or the mean of their spectrogram. @defaultValue 0, the mean of a standardised input */
  readonly value?: number | 'mean';
}

/** Parameters of {@link specAugment}. */
export interface SpecAugmentParams {
  /** Masks in time of each spectrogram, `[start, width]` in frames. */
  readonly time: number[][][];
  /** Masks in frequency of each spectrogram, `[start, width]` in bands. */
  readonly frequency: number[][][];
}

/**
 * Masks stripes of a spectrogram, in time and in frequency. The width of each is drawn uniformly from 0 to the widest, then
 * its place among those that fit. The paper's third part, the time warp, is left out: the authors found that it matters
 * least.
 *
 * @param options - Number and widest of the masks, and what they show.
 * @returns A transform of spectrograms `[batch, time, bands]`.
 * @throws RangeError if an option is out of range.
 * @see Park et al., SpecAugment, arXiv:1904.08779, section 2 and table 1.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { specAugment } from 'selfsup/transforms';
 * const mask = specAugment({ timeWidth: 20, frequencyWidth: 8 });
 * console.log(mask.sample([1, 100, 64], 1)); // { time: [[[start, width]]], frequency: [[[start, width]]] }
 * console.log(mask(ones<Rank.R3>([1, 100, 64]), 1).shape); // [1, 100, 64]
 * ```
 */
export function specAugment(options: SpecAugmentOptions = {}): Transform<SpecAugmentParams, Tensor3D> {
  const where = 'specAugment';
  const {
    timeMasks = 1,
    timeWidth = 100,
    timeShare = 1,
    frequencyMasks = 1,
    frequencyWidth = 27,
    value = 0,
  } = checkOptions('specAugment', options, [
    'timeMasks',
    'timeWidth',
    'timeShare',
    'frequencyMasks',
    'frequencyWidth',
    'value',
  ]);
  checkIntegers(where, {
    timeMasks: [timeMasks, 0],
    timeWidth: [timeWidth, 0],
    frequencyMasks: [frequencyMasks, 0],
    frequencyWidth: [frequencyWidth, 0],
  });
  checkNumbers(where, { timeShare: [timeShare, 0, 1] });
  if (value !== 'mean') checkNumbers(where, { value: [value, Number.NEGATIVE_INFINITY] });
  return makeTransform<SpecAugmentParams, Tensor3D>(where, {
    axes: ['batch', 'time', 'bands'],
    sample: (shape, seed) => {
      const [, frames = 0, bands = 0] = shape;
      const longest = Math.min(timeWidth, Math.floor(timeShare * frames));
      const keys = imageKeys(shape, seed);
      return {
        time: keys.map((key) => drawMasks(foldIn(key, 0), timeMasks, longest, frames)),
        frequency: keys.map((key) => drawMasks(foldIn(key, 1), frequencyMasks, Math.min(frequencyWidth, bands), bands)),
      };
    },
    apply: (x, params) => {
      const kept: Tensor2D = tensor2d(keptCells(params, x.shape), [x.shape[0], x.size / x.shape[0]]);
      const flat = rows(x);
      const seen = mul<Tensor2D>(flat, kept);
      if (value === 0) return reshape(seen, x.shape);
      const fill: Tensor = value === 'mean' ? mean(flat, 1, true) : scalar(value);
      return reshape(add(seen, mul(sub(1, kept), fill)), x.shape);
    },
    checkParams: (params, [batch = 0, frames = 0, bands = 0]) => {
      checkMasks(where, 'time', params.time, batch, frames);
      checkMasks(where, 'frequency', params.frequency, batch, bands);
    },
  });
}

function drawMasks(key: RandomKey, count: number, widest: number, length: number): number[][] {
  return Array.from({ length: count }, (_, m) => {
    const [a = 0, b = 0] = uniform(foldIn(key, m), 2);
    const width = Math.floor(a * (widest + 1));
    return [Math.floor(b * (length - width + 1)), width];
  });
}

/** 1 for every cell that no mask covers, else 0. */
function keptCells({ time, frequency }: SpecAugmentParams, shape: readonly number[]): Float32Array {
  const [batch = 0, frames = 0, bands = 0] = shape;
  const kept = new Float32Array(batch * frames * bands).fill(1);
  for (let i = 0; i < batch; i++) {
    const at = i * frames * bands;
    for (const [start = 0, width = 0] of time[i] as number[][]) {
      kept.fill(0, at + start * bands, at + (start + width) * bands);
    }
    for (const [start = 0, width = 0] of frequency[i] as number[][]) {
      for (let t = 0; t < frames; t++) kept.fill(0, at + t * bands + start, at + t * bands + start + width);
    }
  }
  return kept;
}

function checkMasks(where: string, name: string, masks: readonly number[][][], batch: number, length: number): void {
  if (!Array.isArray(masks) || masks.length !== batch) {
    throw new ShapeError(
      `${where}: params.${name} must have one entry per spectrogram (${batch}), got ${show(masks?.length)}.`,
    );
  }
  for (const [start = Number.NaN, width = Number.NaN] of masks.flat()) {
    if (![start, width].every((n) => Number.isInteger(n) && n >= 0) || start + width > length) {
      throw new RangeError(
        `${where}: params.${name} must hold [start, width] within ${length}, got ${show([start, width])}.`,
      );
    }
  }
}
