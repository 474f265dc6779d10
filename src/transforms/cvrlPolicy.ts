import { type Tensor5D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers, checkSeed } from '../internal/checks.js';
import { foldIn } from '../random/index.js';
import { clipTransform } from './clipTransform.js';
import { colorJitter } from './colorJitter.js';
import { compose } from './compose.js';
import { imageKeys } from './draw.js';
import { checkSpan, drawPair, spanOf } from './pickFrames.js';
import { randomGaussianBlur } from './randomGaussianBlur.js';
import { randomGrayscale } from './randomGrayscale.js';
import { randomHorizontalFlip } from './randomHorizontalFlip.js';
import { randomResizedCrop } from './randomResizedCrop.js';
import { checkInput, sizePair } from './shapes.js';
import type { SimclrPolicyOptions } from './simclrPolicy.js';
import { temporalCrop } from './temporalCrop.js';
import type { Views } from './transform.js';
import { checkBlur, POLICY_OPTIONS } from './viewPolicy.js';

/** Options of {@link cvrlPolicy}. */
export interface CvrlPolicyOptions extends SimclrPolicyOptions {
  /** Frames of each view, an integer \>= 1. @defaultValue 16, as in the paper */
  readonly frames?: number;
  /** Every n-th frame of the video, an integer \>= 1. @defaultValue 2, as in the paper */
  readonly stride?: number;
  /** Area of the crop as a share of the frame's. @defaultValue [0.3, 1], as in the paper */
  readonly scale?: readonly [number, number];
  /** Width over height of the crop. @defaultValue [0.5, 2], as in the paper */
  readonly ratio?: readonly [number, number];
}

/**
 * The augmentation of CVRL: two clips of each video, near in time more often than far, each with one draw for all its
 * frames. The distance t between their first frames has a density that falls linearly to 0 at the largest that fits,
 * P(t) ~ 1 - t / T; the earlier clip is then placed uniformly, and either view may be the earlier. In space: random resized
 * crop (area 30 to 100 %, ratio 1/2 to 2), flip, colour jitter and grey with SimCLR's strengths and chances, and SimCLR's
 * blur. Views of up to 32 pixels get strength 0.5 and no blur, as in {@link simclrPolicy}.
 *
 * Not followed: the authors' code repeats videos that are too short, here they are refused; its blur takes the first view
 * always and the second with probability 0.1, which it also solarises with probability 0.2.
 *
 * @param options - Size and length of the views, and what departs from the paper.
 * @returns A function of videos `[batch, frames, height, width, 3]` and seed that gives two batches of clips
 * `[batch, options.frames, ...size, 3]`; the caller disposes both. It throws ShapeError for videos that are too short.
 * @throws RangeError if an option is out of range.
 * @see Qian et al., CVRL, arXiv:2008.03800, sections 3.2 and 3.3; github.com/tensorflow/models, official/projects/video_ssl.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { cvrlPolicy } from 'selfsup/transforms';
 * const twoClips = cvrlPolicy({ size: 16, frames: 4 });
 * const [a, b] = twoClips(ones<Rank.R5>([2, 20, 24, 32, 3]), 1);
 * console.log(a?.shape, b?.shape); // [2, 4, 16, 16, 3] twice
 * ```
 */
export function cvrlPolicy(options: CvrlPolicyOptions): Views<Tensor5D> {
  const where = 'cvrlPolicy';
  const {
    frames = 16,
    stride = 2,
    scale = [0.3, 1],
    ratio = [0.5, 2],
  } = checkOptions('cvrlPolicy', options, [
    ...POLICY_OPTIONS,
    'frames',
    'stride',
    'scale',
    'ratio',
    'strength',
    'jitterProbability',
    'grayscaleProbability',
    'flipProbability',
  ]);
  const size = sizePair(where, options.size);
  const small = Math.max(...size) <= 32;
  const { strength = small ? 0.5 : 1, blur = !small } = options;
  const { jitterProbability = 0.8, grayscaleProbability = 0.2, flipProbability = 0.5 } = options;
  checkIntegers(where, { frames: [frames, 1], stride: [stride, 1] });
  checkNumbers(where, {
    strength: [strength, 0],
    jitterProbability: [jitterProbability, 0, 1],
    grayscaleProbability: [grayscaleProbability, 0, 1],
    flipProbability: [flipProbability, 0, 1],
  });
  checkBlur(where, blur);
  const [s, hue] = [0.8 * strength, Math.min(0.5, 0.2 * strength)];
  const window = temporalCrop({ frames, stride });
  const spatial = clipTransform(
    compose(
      randomResizedCrop({ size, scale, ratio }),
      randomHorizontalFlip({ p: flipProbability }),
      colorJitter({ brightness: s, contrast: s, saturation: s, hue, p: jitterProbability }),
      randomGrayscale({ p: grayscaleProbability }),
      ...(blur === false ? [] : [randomGaussianBlur(blur === true ? {} : blur)]),
    ),
  );
  return (x, seed) => {
    checkInput(where, x, ['batch', 'frames', 'height', 'width', 3]);
    checkSpan(where, frames, stride, x.shape);
    checkSeed(where, seed);
    const places = x.shape[1] - spanOf(frames, stride) + 1;
    const starts = imageKeys(x.shape, foldIn(seed, 0)).map((key) => drawPair(key, places));
    return [0, 1].map((v) =>
      tidy(() => spatial(window.apply(x, { start: starts.map((pair) => pair[v] as number) }), foldIn(seed, v + 1))),
    );
  };
}
