import { type GlobalLocalOptions, globalAndLocal } from './globalAndLocal.js';
import type { Views } from './transform.js';

/**
 * The augmentation of SwAV: two global views (area 14 to 100 %) and six local ones (5 to 14 %), each with flip, colour
 * jitter (0.8, 0.8, 0.8, 0.2 with probability 0.8), grey with probability 0.2 and blur with probability 0.5.
 *
 * @param options - Size of the views, and what departs from the paper; `localCount` 6 by default, `globalScale` [0.14, 1],
 * `localScale` [0.05, 0.14].
 * @returns All views: the global ones first. The authors' images are normalised afterwards, with the deviations 0.228, 0.224
 * and 0.225; here that is left to {@link normalize}.
 * @throws RangeError if an option is out of range.
 * @see Caron et al., SwAV, arXiv:2006.09882, section 3.3 and appendix A; github.com/facebookresearch/swav
 * `multicropdataset.py`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { swavPolicy } from 'selfsup/transforms';
 * const all = swavPolicy({ size: 56 })(ones<Rank.R4>([2, 64, 64, 3]), 1);
 * console.log(all.map((view) => view.shape[1])); // 56, 56, and six times 24
 * ```
 */
export function swavPolicy(options: GlobalLocalOptions): Views {
  return globalAndLocal('swavPolicy', options, {
    localCount: 6,
    globalScale: [0.14, 1],
    localScale: [0.05, 0.14],
    jitter: { strengths: [0.8, 0.8, 0.8, 0.2], p: 0.8 },
    globals: [
      { blur: 0.5, solarize: 0 },
      { blur: 0.5, solarize: 0 },
    ],
    localBlur: 0.5,
  });
}
