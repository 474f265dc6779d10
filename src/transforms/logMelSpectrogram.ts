import { add, log, reshape, sqrt, type Tensor2D, type Tensor3D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkFloats, checkIntegers, checkNumbers } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { matMul } from '../internal/matMul.js';
import { type FourierPlan, fourierPlan, powerSpectrum } from './fourier.js';
import { framesOf, hann, reflected } from './frames.js';
import { inTurn } from './inTurn.js';
import { type MelScale, melFilters } from './melFilters.js';

/** Options of {@link logMelSpectrogram}. */
export interface LogMelSpectrogramOptions {
  /** Samples per second, > 0. */
  readonly sampleRate: number;
  /** Length of the Fourier transform in samples, an integer >= 2; fast where it has a divisor near its root. @defaultValue 1024 */
  readonly fftLength?: number;
  /** Length of the periodic Hann window in samples, at most `fftLength`; zeros fill both sides. @defaultValue `fftLength` */
  readonly windowLength?: number;
  /** Samples from frame to frame, an integer >= 1. @defaultValue 160 */
  readonly hopLength?: number;
  /** Number of bands, an integer >= 1. @defaultValue 64 */
  readonly melBins?: number;
  /** Lower end of the first band in Hz. @defaultValue 0 */
  readonly minFrequency?: number;
  /** Upper end of the last band in Hz, at most half of `sampleRate`. @defaultValue half of `sampleRate` */
  readonly maxFrequency?: number;
  /** Formula of the mel scale. @defaultValue 'htk' */
  readonly melScale?: MelScale;
  /** `'slaney'` divides each triangle by half its width in Hz; `'none'` leaves its peak at 1. @defaultValue 'none' */
  readonly melNorm?: 'none' | 'slaney';
  /** What the bands sum up: 2 for power, 1 for magnitude. @defaultValue 2 */
  readonly power?: 1 | 2;
  /** Whether frame t is centred on sample t * hopLength, the ends reflected; if not it starts there. @defaultValue true */
  readonly center?: boolean;
  /** Added before the logarithm, > 0. @defaultValue 2^-23, as in BYOL-A's code */
  readonly offset?: number;
  /** Added under the root of magnitudes, > 0, so that silence has a gradient. @defaultValue 1e-10 */
  readonly epsilon?: number;
}

/**
 * Log-mel spectrogram: `log(offset + sum_k filter[m, k] |X[t, k]|^power)`, X the Fourier transform of the windowed frame t.
 * Everything is a matrix product, so it runs, with its gradient, where there is no fast Fourier transform (WASM).
 *
 * The defaults are torchaudio's `MelSpectrogram` (periodic Hann window, power, frames centred with reflection, HTK's mel
 * scale without normalisation, all frequencies) with the sizes and the natural logarithm of BYOL-A at 16 kHz (which takes
 * 60 to 7800 Hz only). librosa: `melScale` and `melNorm` `'slaney'`. VGGish, to 0.01: `{ fftLength: 512, windowLength:
 * 400, minFrequency: 125, maxFrequency: 7500, power: 1, offset: 0.01, center: false }` of a waveform with 56 zeros at
 * either end, since its window starts the transform and ours is centred in it; the sides of its triangles are straight in
 * mel, ours in hertz. For decibels multiply by 10 / ln 10.
 *
 * @param x - Waveforms, float32 `[batch, samples]`, usually in [-1, 1].
 * @param options - Sample rate, and the sizes and conventions of window, bands and logarithm.
 * @returns float32 `[batch, frames, melBins]` with `1 + floor(samples / hopLength)` frames (even `fftLength`), or
 * `1 + floor((samples - fftLength) / hopLength)` if not centred; the caller disposes it. Differentiable in `x`. A band
 * narrower than the distance of two bins, `sampleRate / fftLength`, may hold none and be constant.
 * @throws ShapeError on a wrong shape or where there are too few samples for one frame; RangeError on a bad option.
 * @see Niizumi et al., BYOL-A, arXiv:2103.06695, section IV.A, github.com/nttcslab/byol-a; torchaudio `MelSpectrogram`;
 * Hershey et al., VGGish, arXiv:1609.09430, section 3.1.
 * @example
 * ```ts
 * import { randomUniform, type Rank } from '@tensorflow/tfjs-core';
 * import { logMelSpectrogram } from 'selfsup/transforms';
 * const sound = randomUniform<Rank.R2>([2, 4000], -1, 1);
 * const options = { sampleRate: 8000, fftLength: 256, hopLength: 80, melBins: 40 };
 * console.log(logMelSpectrogram(sound, options).shape); // [2, 51, 40]
 * ```
 */
export function logMelSpectrogram(x: Tensor2D, options: LogMelSpectrogramOptions): Tensor3D {
  checkOptions('logMelSpectrogram', options, [
    'sampleRate',
    'fftLength',
    'windowLength',
    'hopLength',
    'melBins',
    'minFrequency',
    'maxFrequency',
    'melScale',
    'melNorm',
    'power',
    'center',
    'offset',
    'epsilon',
  ]);
  checkFloats(WHERE, { x: [x, ['batch', 'samples']] });
  const settings = spectrogramSettings(x.shape, options);
  const { fftLength, hopLength, melBins, power, offset, epsilon, center, frames } = settings;
  const filters = melFilters(settings);
  const plan = fourierPlan(fftLength, 1 + Math.max(0, ...filters.map((filter) => filter.findLastIndex((w) => w > 0))));
  const batch = x.shape[0];
  return tidy(() => {
    const result = inTurn<Tensor2D>(
      () => framesOf(center ? reflected(x, Math.floor(fftLength / 2)) : x, frames, fftLength, hopLength),
      (y) => powerSpectrum(y, hann(settings.windowLength, fftLength), plan),
      (y) => (power === 2 ? y : sqrt(add<Tensor2D>(y, epsilon))),
      (y) => matMul(y, bandWeights(filters, plan)),
      (y) => log(add<Tensor2D>(y, offset)),
    );
    return reshape(result, [batch, frames, melBins]);
  });
}

const WHERE = 'logMelSpectrogram';

type Settings = Required<LogMelSpectrogramOptions> & { readonly frames: number };

/** Checks options for waveforms of a shape `[batch, samples]`, and fills in the defaults. */
export function spectrogramSettings(shape: readonly number[], options: LogMelSpectrogramOptions): Settings {
  const where = WHERE;
  const { sampleRate, fftLength = 1024, hopLength = 160, melBins = 64, minFrequency = 0 } = options ?? {};
  checkNumbers(where, { sampleRate: [sampleRate, Number.MIN_VALUE] });
  checkIntegers(where, { fftLength: [fftLength, 2], hopLength: [hopLength, 1], melBins: [melBins, 1] });
  const { windowLength = fftLength, maxFrequency = sampleRate / 2, melScale = 'htk', melNorm = 'none' } = options;
  const { power = 2, center = true, offset = 2 ** -23, epsilon = 1e-10 } = options;
  checkIntegers(where, { windowLength: [windowLength, 1, fftLength], power: [power, 1, 2] });
  checkNumbers(where, {
    minFrequency: [minFrequency, 0],
    maxFrequency: [maxFrequency, 0, sampleRate / 2],
    offset: [offset, Number.MIN_VALUE],
    epsilon: [epsilon, Number.MIN_VALUE],
  });
  if (!(maxFrequency > minFrequency)) {
    throw new RangeError(`${where}: maxFrequency must be above minFrequency = ${minFrequency}, got ${maxFrequency}.`);
  }
  checkChoice(where, 'melScale', melScale, ['htk', 'slaney']);
  checkChoice(where, 'melNorm', melNorm, ['none', 'slaney']);
  const samples = shape[1] as number;
  const least = center ? Math.floor(fftLength / 2) + 1 : fftLength;
  if (samples < least)
    throw new ShapeError(`${where}: x must have at least ${least} samples, got shape [${shape.join(', ')}].`);
  const frames = 1 + Math.floor((samples + (center ? 2 * Math.floor(fftLength / 2) : 0) - fftLength) / hopLength);
  return {
    sampleRate,
    fftLength,
    hopLength,
    melBins,
    minFrequency,
    windowLength,
    maxFrequency,
    melScale,
    melNorm,
    power,
    center,
    offset,
    epsilon,
    frames,
  };
}

/** Filters as a matrix from the bins, in the order of the plan, to the bands. */
function bandWeights(filters: readonly Float64Array[], { rows, steps }: FourierPlan): Tensor2D {
  const bands = filters.length;
  const weights = new Float32Array(rows * steps * bands);
  for (const [m, filter] of filters.entries()) {
    for (let k1 = 0; k1 < rows; k1++) {
      for (let k2 = 0; k2 < steps; k2++) weights[(k1 * steps + k2) * bands + m] = filter[k1 + rows * k2] ?? 0;
    }
  }
  return tensor2d(weights, [rows * steps, bands]);
}
