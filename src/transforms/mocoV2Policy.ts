import { checkOptions } from '../internal/checkOptions.js';
import { sizePair } from './shapes.js';
import type { StepParams } from './steps.js';
import type { Transform } from './transform.js';
import { POLICY_OPTIONS, type PolicyOptions, viewPolicy } from './viewPolicy.js';

/** Options of {@link mocoV2Policy}. */
export interface MocoV2PolicyOptions extends PolicyOptions {
  /** Area of the crop as a share of the image's. @defaultValue [0.2, 1] */
  readonly scale?: readonly [number, number];
}

/**
 * The augmentation of MoCo v2 (and SimSiam's): random resized crop (area 20 to 100 %), flip, colour jitter (0.4, 0.4, 0.4,
 * 0.1 with probability 0.8), grey with probability 0.2, Gaussian blur with probability 0.5.
 *
 * @param options - Size of the views, and what departs from the paper.
 * @returns A transform of images; both views come from the same one: `views(mocoV2Policy({ size }), 2)`.
 * @throws RangeError if an option is out of range.
 * @see Chen et al., "Improved baselines with momentum contrastive learning", arXiv:2003.04297; github.com/facebookresearch/moco
 * `main_moco.py`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { mocoV2Policy, views } from 'selfsup/transforms';
 * const [query, key] = views(mocoV2Policy({ size: 32 }), 2)(ones<Rank.R4>([4, 40, 40, 3]), 1);
 * console.log(query?.shape, key?.shape); // [4, 32, 32, 3] twice
 * ```
 */
export function mocoV2Policy(options: MocoV2PolicyOptions): Transform<StepParams> {
  checkOptions('mocoV2Policy', options, [...POLICY_OPTIONS, 'scale']);
  sizePair('mocoV2Policy', options.size);
  return viewPolicy('mocoV2Policy', {
    scale: [0.2, 1],
    ...options,
    jitter: { strengths: [0.4, 0.4, 0.4, 0.1], p: 0.8 },
    flipProbability: 0.5,
    grayscaleProbability: 0.2,
    blurProbability: 0.5,
    solarizeProbability: 0,
  });
}
