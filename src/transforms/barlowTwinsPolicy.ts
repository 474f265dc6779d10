import { asymmetricViews, type ByolPolicyOptions } from './byolPolicy.js';
import type { Views } from './transform.js';

/**
 * The augmentation of Barlow Twins (and of MoCo v3), which is BYOL's: see {@link byolPolicy}.
 *
 * @param options - Size of the views, and what departs from the paper.
 * @returns Both views.
 * @throws RangeError if an option is out of range.
 * @see Zbontar et al., Barlow Twins, arXiv:2103.03230, section 2.2; github.com/facebookresearch/barlowtwins `main.py`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { barlowTwinsPolicy } from 'selfsup/transforms';
 * console.log(barlowTwinsPolicy({ size: 32 })(ones<Rank.R4>([4, 40, 40, 3]), 1).length); // 2
 * ```
 */
export function barlowTwinsPolicy(options: ByolPolicyOptions): Views {
  return asymmetricViews('barlowTwinsPolicy', options);
}
