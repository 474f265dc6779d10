import { type GlobalLocalOptions, globalAndLocal } from './globalAndLocal.js';
import type { Views } from './transform.js';

/**
 * The augmentation of DINO: two global views (area 40 to 100 %) and eight local ones (5 to 40 %), each with flip, colour
 * jitter (0.4, 0.4, 0.2, 0.1 with probability 0.8) and grey with probability 0.2. Blur: the first global view always, the
 * second with probability 0.1, local ones with probability 0.5; the second is solarised with probability 0.2.
 *
 * @param options - Size of the views, and what departs from the authors' code; `localCount` 8 by default, `globalScale`
 * [0.4, 1], `localScale` [0.05, 0.4].
 * @returns All views: the global ones first. The authors resize bicubically; here it is bilinear.
 * @throws RangeError if an option is out of range.
 * @see Caron et al., DINO, arXiv:2104.14294, section 3.1 and appendix; github.com/facebookresearch/dino `main_dino.py`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { dinoPolicy } from 'selfsup/transforms';
 * const all = dinoPolicy({ size: 28, localCount: 2 })(ones<Rank.R4>([2, 32, 32, 3]), 1);
 * console.log(all.map((view) => view.shape[1])); // 28, 28, 12, 12
 * ```
 */
export function dinoPolicy(options: GlobalLocalOptions): Views {
  return globalAndLocal('dinoPolicy', options, {
    localCount: 8,
    globalScale: [0.4, 1],
    localScale: [0.05, 0.4],
    jitter: { strengths: [0.4, 0.4, 0.2, 0.1], p: 0.8 },
    globals: [
      { blur: 1, solarize: 0 },
      { blur: 0.1, solarize: 0.2 },
    ],
    localBlur: 0.5,
  });
}
