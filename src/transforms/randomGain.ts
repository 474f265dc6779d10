import { mul, type Tensor2D } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { uniform } from '../random/index.js';
import { between, imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { column, rangePair } from './perImage.js';
import { WAVEFORMS } from './shapes.js';
import type { Transform } from './transform.js';

/** Options of {@link randomGain}. */
export interface RandomGainOptions {
  /** Range of the gain in decibels. @defaultValue [-12, 12], as in audiomentations */
  readonly range?: readonly [min: number, max: number];
  /** Chance that a waveform changes, in [0, 1]. @defaultValue 0.5 */
  readonly p?: number;
}

/** Parameters of {@link randomGain}. */
export interface RandomGainParams {
  /** Gain of each waveform in decibels; 0 changes nothing. */
  readonly gain: number[];
}

/**
 * Makes a waveform louder or softer: `x * 10^(gain / 20)`. Nothing is clipped.
 *
 * @param options - Range of the gain, and the chance.
 * @returns A transform of waveforms `[batch, samples]`.
 * @throws RangeError if an option is out of range.
 * @see Arandjelovic and Zisserman, "Look, Listen and Learn", arXiv:1705.08168, section 3.2: up to 10 %, which is
 * `range: [-0.9, 0.8]`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomGain } from 'selfsup/transforms';
 * randomGain({ range: [-6, -6], p: 1 })(ones<Rank.R2>([1, 3]), 1).print(); // 0.501 everywhere
 * ```
 */
export function randomGain(options: RandomGainOptions = {}): Transform<RandomGainParams, Tensor2D> {
  const { p = 0.5 } = checkOptions('randomGain', options, ['range', 'p']);
  const range = rangePair('randomGain', 'range', options.range ?? [-12, 12], Number.NEGATIVE_INFINITY);
  checkNumbers('randomGain', { p: [p, 0, 1] });
  return makeTransform<RandomGainParams, Tensor2D>('randomGain', {
    axes: WAVEFORMS,
    sample: (shape, seed) => {
      const draw = ([chance = 0, share = 0]: ArrayLike<number> & Iterable<number>): number =>
        chance < p ? between(range, share) : 0;
      return { gain: imageKeys(shape, seed).map((key) => draw(uniform(key, 2))) };
    },
    apply: (x, { gain }) =>
      gain.every((g) => g === 0) ? x : mul<Tensor2D>(x, column(gain.map((g) => 10 ** (g / 20)))),
  });
}
