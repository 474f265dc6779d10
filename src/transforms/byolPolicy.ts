import { checkOptions } from '../internal/checkOptions.js';
import { makeViews } from './makeViews.js';
import { sizePair } from './shapes.js';
import type { Views } from './transform.js';
import { POLICY_OPTIONS, type PolicyOptions, viewPolicy } from './viewPolicy.js';

/** Options of {@link byolPolicy} and {@link barlowTwinsPolicy}. */
export interface ByolPolicyOptions extends PolicyOptions {
  /** Area of the crop as a share of the image's. @defaultValue [0.08, 1] */
  readonly scale?: readonly [number, number];
}

/**
 * The augmentation of BYOL: two views by random resized crop (area 8 to 100 %), flip, colour jitter (0.4, 0.4, 0.2, 0.1
 * with probability 0.8) and grey with probability 0.2; the first is always blurred, the second with probability 0.1, and
 * only the second is solarised, with probability 0.2.
 *
 * @param options - Size of the views, and what departs from the paper.
 * @returns Both views. The authors resize bicubically; here it is bilinear.
 * @throws RangeError if an option is out of range.
 * @see Grill et al., BYOL, arXiv:2006.07733, appendix B, table 6.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { byolPolicy } from 'selfsup/transforms';
 * const [a, b] = byolPolicy({ size: 32 })(ones<Rank.R4>([4, 40, 40, 3]), 1);
 * console.log(a?.shape, b?.shape); // [4, 32, 32, 3] twice
 * ```
 */
export function byolPolicy(options: ByolPolicyOptions): Views {
  return asymmetricViews('byolPolicy', options);
}

/** BYOL's two views, which Barlow Twins took over. */
export function asymmetricViews(where: string, options: ByolPolicyOptions): Views {
  checkOptions(where, options, [...POLICY_OPTIONS, 'scale']);
  sizePair(where, options.size);
  const view = (blurProbability: number, solarizeProbability: number) =>
    viewPolicy(where, {
      scale: [0.08, 1],
      ...options,
      jitter: { strengths: [0.4, 0.4, 0.2, 0.1], p: 0.8 },
      flipProbability: 0.5,
      grayscaleProbability: 0.2,
      blurProbability,
      solarizeProbability,
    });
  return makeViews([view(1, 0), view(0.1, 0.2)]);
}
