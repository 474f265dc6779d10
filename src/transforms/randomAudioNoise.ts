import { add, mean, mul, sqrt, square, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers, show } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { foldIn, normal, uniform } from '../random/index.js';
import { between, imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { perImage, rangePair } from './perImage.js';
import { WAVEFORMS } from './shapes.js';
import { checkChoices } from './steps.js';
import type { Transform } from './transform.js';

/** Options of {@link randomAudioNoise}. */
export interface RandomAudioNoiseOptions {
  /** Range of the signal-to-noise ratio in decibels. @defaultValue [5, 40], as in audiomentations */
  readonly snr?: readonly [min: number, max: number];
  /** Chance that a waveform gets noise, in [0, 1]. @defaultValue 0.5 */
  readonly p?: number;
}

/** Parameters of {@link randomAudioNoise}. */
export interface RandomAudioNoiseParams {
  /** 1 where a waveform gets noise, else 0. */
  readonly noisy: number[];
  /** Signal-to-noise ratio of each waveform in decibels. */
  readonly snr: number[];
  /** Key of each waveform's noise, `[high, low]`. */
  readonly key: number[][];
}

/** Under the root of the power, so that silence has a gradient; its noise lies far below any sound. */
const SILENCE = 1e-20;

/**
 * Adds white Gaussian noise at a random ratio of powers: `x + n * rms(x) / (rms(n) * 10^(snr / 20))`. Silence stays silent.
 *
 * @param options - Range of the ratio, and the chance.
 * @returns A transform of waveforms `[batch, samples]`. The noise is drawn on the host by `apply`, from the key among the
 * parameters.
 * @throws RangeError if an option is out of range.
 * @see audiomentations `AddGaussianSNR`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomAudioNoise } from 'selfsup/transforms';
 * randomAudioNoise({ snr: [20, 20], p: 1 })(ones<Rank.R2>([1, 4]), 1).print(); // ones, give or take 0.1
 * ```
 */
export function randomAudioNoise(options: RandomAudioNoiseOptions = {}): Transform<RandomAudioNoiseParams, Tensor2D> {
  const where = 'randomAudioNoise';
  const { p = 0.5 } = checkOptions('randomAudioNoise', options, ['snr', 'p']);
  const range = rangePair(where, 'snr', options.snr ?? [5, 40], Number.NEGATIVE_INFINITY);
  checkNumbers(where, { p: [p, 0, 1] });
  return makeTransform<RandomAudioNoiseParams, Tensor2D>(where, {
    axes: WAVEFORMS,
    sample: (shape, seed) => {
      const keys = imageKeys(shape, seed);
      const shares = keys.map((key) => uniform(key, 2));
      return {
        noisy: shares.map(([chance = 0]) => (chance < p ? 1 : 0)),
        snr: shares.map(([, share = 0]) => between(range, share)),
        key: keys.map((key) => foldIn(key, 0)).map(({ high, low }) => [high, low]),
      };
    },
    apply: (x, params) => {
      if (!params.noisy.includes(1)) return x;
      const [batch, samples] = x.shape;
      const noise = new Float32Array(batch * samples);
      for (const [i, noisy] of params.noisy.entries()) {
        if (noisy === 1) noise.set(drawNoise(params.key[i] as number[], params.snr[i] as number, samples), i * samples);
      }
      const level = sqrt(add<Tensor2D>(mean(square(x), 1, true), SILENCE));
      return add(x, mul(tensor2d(noise, [batch, samples]), level));
    },
    checkParams: (params, [batch = 0]) => {
      checkChoices(where, 'noisy', params.noisy, batch, 2);
      perImage(where, 'params.snr', params.snr ?? [], batch);
      if (!Array.isArray(params.key) || params.key.length !== batch) {
        throw new ShapeError(
          `${where}: params.key must have one entry per row (${batch}), got ${show(params.key?.length)}.`,
        );
      }
    },
  });
}

/** Noise of power 10^(-snr / 10). */
function drawNoise([high = 0, low = 0]: readonly number[], snr: number, samples: number): Float32Array {
  const noise = normal({ high, low }, samples);
  const power = noise.reduce((sum, n) => sum + n * n, 0) / samples;
  const scale = 10 ** (-snr / 20) / Math.sqrt(power || 1);
  return noise.map((n) => n * scale);
}
