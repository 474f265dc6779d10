import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import type { RandomGaussianBlurOptions } from './randomGaussianBlur.js';
import { sizePair } from './shapes.js';
import type { StepParams } from './steps.js';
import type { Transform } from './transform.js';
import { isSmall, POLICY_OPTIONS, type PolicyOptions, viewPolicy } from './viewPolicy.js';

/** Options of {@link simclrPolicy}. */
export interface SimclrPolicyOptions extends Omit<PolicyOptions, 'blur'> {
  /**
   * Strength s >= 0 of the colour distortion: brightness, contrast and saturation 0.8 s, hue 0.2 s (at most 0.5).
   * @defaultValue 1, and 0.5 for views of up to 32 pixels (the authors' for CIFAR)
   */
  readonly strength?: number;
  /**
   * Whether to blur, or how.
   * @defaultValue true (a tenth of the height, sigma in [0.1, 2], half of the images), false for views of up to 32 pixels
   * (the authors' for CIFAR)
   */
  readonly blur?: boolean | RandomGaussianBlurOptions;
  /** Area of the crop as a share of the image's. @defaultValue [0.08, 1], for CIFAR too */
  readonly scale?: readonly [number, number];
  /** Chance of the colour distortion. @defaultValue 0.8 */
  readonly jitterProbability?: number;
  /** Chance of turning grey. @defaultValue 0.2 */
  readonly grayscaleProbability?: number;
  /** Chance of mirroring left and right. @defaultValue 0.5 */
  readonly flipProbability?: number;
}

/**
 * The augmentation of SimCLR: random resized crop (area 8 to 100 %, ratio 3/4 to 4/3), flip, colour jitter (0.8 s, 0.8 s,
 * 0.8 s, 0.2 s with probability 0.8), grey with probability 0.2, Gaussian blur with probability 0.5. Views of up to 32
 * pixels get what the authors use for CIFAR: strength 0.5 and no blur. All is drawn image by image (the authors' code draws
 * one blur for the whole batch).
 *
 * @param options - Size of the views, and what departs from the paper.
 * @returns A transform of images with `channels` channels; both views come from the same one: `views(simclrPolicy({ size }), 2)`.
 * @throws RangeError if an option is out of range.
 * @see Chen et al., SimCLR, arXiv:2002.05709, appendices A (ImageNet) and B.9 (CIFAR-10); github.com/google-research/simclr
 * `data_util.py`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { simclrPolicy } from 'selfsup/transforms';
 * console.log(simclrPolicy({ size: 32 })(ones<Rank.R4>([4, 40, 40, 3]), 1).shape); // [4, 32, 32, 3]
 * ```
 */
export function simclrPolicy(options: SimclrPolicyOptions): Transform<StepParams> {
  checkOptions('simclrPolicy', options, [
    ...POLICY_OPTIONS,
    'strength',
    'scale',
    'jitterProbability',
    'grayscaleProbability',
    'flipProbability',
  ]);
  sizePair('simclrPolicy', options.size);
  const { strength = isSmall(options.size) ? 0.5 : 1, scale = [0.08, 1], ...rest } = options;
  const { jitterProbability = 0.8, grayscaleProbability = 0.2, flipProbability = 0.5 } = options;
  checkNumbers('simclrPolicy', { strength: [strength, 0] });
  const [s, hue] = [0.8 * strength, Math.min(0.5, 0.2 * strength)];
  return viewPolicy('simclrPolicy', {
    ...rest,
    scale,
    jitter: { strengths: [s, s, s, hue], p: jitterProbability },
    flipProbability,
    grayscaleProbability,
    blurProbability: 0.5,
    solarizeProbability: 0,
  });
}
