import {
  concat,
  slice,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor5D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkFloats, checkIntegers, checkNumbers, checkSeed } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { type Seed, split } from '../random/index.js';
import { type LogMelSpectrogramOptions, logMelSpectrogram, randomGain } from '../transforms/index.js';
import { spectrogramSettings } from '../transforms/logMelSpectrogram.js';
import { rangePair } from '../transforms/perImage.js';
import { pickFrames } from '../transforms/pickFrames.js';
import { CLIPS } from '../transforms/shapes.js';
import { checkPairs, drawPairs, type NegativeSource } from './pairing.js';

/** Options of {@link audioVisualTask}. */
export interface AudioVisualOptions {
  /** Samples of the sound per second, > 0. @defaultValue 16000 */
  readonly sampleRate?: number;
  /** Frames of a pair, an integer \>= 1; the sound is centred on them. @defaultValue 1, as in the paper */
  readonly frames?: number;
  /** Length of the sound of a pair in seconds. @defaultValue 1, as in the paper, or a quarter of a clip that is shorter than 4 s */
  readonly seconds?: number;
  /**
   * What a mismatched sound is: `'moment'`, one of the same clip at another time; `'clip'`, one of another clip of the batch,
   * which depends on the batch; `'both'`, either by a coin. @defaultValue 'moment'
   */
  readonly negatives?: NegativeSource;
  /** Least time between the moments of a mismatched pair in seconds, > 0. @defaultValue `seconds`: sounds don't overlap */
  readonly minShift?: number;
  /** Share of mismatched pairs, in [0, 1]. @defaultValue 0.5, as in the paper */
  readonly mismatched?: number;
  /** Gain drawn for each sound in decibels. @defaultValue [-0.9, 0.8], up to 10 % as in the paper */
  readonly gain?: readonly [min: number, max: number];
  /**
   * Sizes and conventions of the spectrogram, but for the sample rate. @defaultValue 64 bands, windows of 43 ms rounded down to
   * a power of two, as in OpenL3, a hop of 10 ms
   */
  readonly spectrogram?: Omit<LogMelSpectrogramOptions, 'sampleRate'>;
}

/** What {@link audioVisualTask} returns; the caller disposes all of it. */
export type AudioVisualBatch = {
  /** What is seen and heard. */
  readonly inputs: {
    /** float32 `[batch, frames, height, width, channels]`. */
    readonly frames: Tensor5D;
    /** Log-mel spectrograms, float32 `[batch, steps, bands]`. */
    readonly audio: Tensor3D;
  };
  /** 1 where both are of the same moment, else 0, int32 `[batch]`. */
  readonly labels: Tensor1D;
};

/**
 * Audio-visual correspondence: do a picture and a sound belong together? Frame t of T stands for the part `[t, t + 1) / T` of the
 * clip's sound.
 *
 * With negatives from other clips the content decides (is that a guitar?), with those of another moment the timing does.
 * Known shortcuts: where in its clip a sound is (an onset at the start, a fade at the end, digital silence), which is why
 * moments are drawn so that they are distributed alike under both labels; loudness and the microphone's noise, which tell clips
 * apart, hence the gain and negatives of the same clip. In a silent or steady clip nothing can be told: leave those out.
 *
 * @param frames - Clips, float32 `[batch, total, height, width, channels]`.
 * @param audio - Their sound, float32 `[batch, samples]`, from the start of the first frame to the end of the last.
 * @param seed - Seed or key; pair i depends on it and i alone, but for the other clip of `'clip'` and `'both'`.
 * @param options - Lengths, where mismatched sounds come from, and the spectrogram.
 * @returns Inputs and labels; the caller disposes them.
 * @throws ShapeError on a wrong shape, or one clip where another is needed; RangeError on a bad option, or one that the clip is
 * too short for.
 * @see Arandjelovic and Zisserman, "Look, Listen and Learn", ICCV 2017, arXiv:1705.08168, section 3; Cramer et al., OpenL3, ICASSP
 * 2019, whose label is one-hot in the order mismatch, match; Korbar et al., arXiv:1807.00230, for negatives of the same clip.
 * @example
 * ```ts
 * import { randomUniform, type Rank } from '@tensorflow/tfjs-core';
 * import { audioVisualTask } from 'selfsup/pretext';
 * const frames = randomUniform<Rank.R5>([2, 20, 6, 6, 3]);
 * const audio = randomUniform<Rank.R2>([2, 16000], -1, 1); // one second
 * const { inputs, labels } = audioVisualTask(frames, audio, 1, { sampleRate: 16000 });
 * console.log(inputs.frames.shape, inputs.audio.shape, labels.shape); // [2, 1, 6, 6, 3], [2, 26, 64], [2]
 * ```
 */
export function audioVisualTask(
  frames: Tensor5D,
  audio: Tensor2D,
  seed: Seed,
  options: AudioVisualOptions = {},
): AudioVisualBatch {
  checkSeed('audioVisualTask', seed);
  checkOptions('audioVisualTask', options, [
    'sampleRate',
    'frames',
    'seconds',
    'negatives',
    'minShift',
    'mismatched',
    'gain',
    'spectrogram',
  ]);
  const where = 'audioVisualTask';
  checkFloats(where, { frames: [frames, CLIPS], audio: [audio, ['batch', 'samples']] });
  const plan = planOf(where, frames, audio, options);
  const { count, length, startOf, spectrogram } = plan;
  checkPairs(where, 'the batch', plan);
  const [draws, gains] = split(seed, 2) as [Seed, Seed];
  const pairs = drawPairs(plan, draws);
  const gain = randomGain({ range: plan.gain, p: 1 });
  return tidy(() => {
    const sounds = tidy(() => {
      const cut = concat(pairs.map(({ clip, heard }) => slice(audio, [clip, startOf(heard)], [1, length])));
      return gain(cut, gains);
    });
    return {
      inputs: {
        frames: pickFrames(
          frames,
          pairs.map(({ seen }) => ({ start: plan.first + seen, stride: 1 })),
          count,
        ),
        audio: logMelSpectrogram(sounds, spectrogram),
      },
      labels: tensor1d(
        pairs.map(({ label }) => label),
        'int32',
      ),
    };
  });
}

function planOf(where: string, frames: Tensor5D, audio: Tensor2D, options: AudioVisualOptions) {
  const { sampleRate = 16000, frames: count = 1, negatives = 'moment', mismatched = 0.5 } = options;
  const [batch, total] = frames.shape;
  const samples = audio.shape[1];
  checkNumbers(where, { sampleRate: [sampleRate, Number.MIN_VALUE], mismatched: [mismatched, 0, 1] });
  checkIntegers(where, { frames: [count, 1, total] });
  checkChoice(where, 'negatives', negatives, ['moment', 'clip', 'both']);
  const gain = rangePair(where, 'gain', options.gain ?? [-0.9, 0.8], Number.NEGATIVE_INFINITY);
  const whole = samples / sampleRate;
  const { seconds = Math.min(1, whole / 4) } = options;
  checkNumbers(where, { seconds: [seconds, Number.MIN_VALUE, whole] });
  const { minShift = seconds } = options;
  checkNumbers(where, { minShift: [minShift, Number.MIN_VALUE] });
  const length = Math.max(1, Math.round(seconds * sampleRate));
  const perFrame = samples / total;
  // The sound of window w is centred on frames w to w + count - 1; windows whose sound is not all there are left out.
  const begin = (w: number): number => Math.round((w + count / 2) * perFrame - length / 2);
  const inside = Array.from({ length: total - count + 1 }, (_, w) => w).filter(
    (w) => begin(w) >= 0 && begin(w) + length <= samples,
  );
  if (inside.length === 0) {
    throw new RangeError(
      `${where}: seconds must leave a sound around ${count} frames inside ${whole} s, got ${seconds}.`,
    );
  }
  const first = inside[0] as number;
  const { fftLength = powerBelow(Math.min(sampleRate * (2048 / 48000), length)) } = options.spectrogram ?? {};
  const { hopLength = Math.max(1, Math.round(sampleRate / 100)) } = options.spectrogram ?? {};
  const spectrogram = { ...options.spectrogram, fftLength, hopLength, sampleRate };
  spectrogramSettings([batch, length], spectrogram); // before any tensor
  return {
    batch,
    places: inside.length,
    minShift: Math.ceil((minShift * sampleRate) / perFrame - 1e-9),
    negatives,
    mismatched,
    gain,
    count,
    first,
    length,
    startOf: (place: number): number => begin(first + place),
    spectrogram,
  };
}

/** The largest power of two that is at most x, at least 2. */
function powerBelow(x: number): number {
  return 2 ** Math.max(1, Math.floor(Math.log2(x)));
}
