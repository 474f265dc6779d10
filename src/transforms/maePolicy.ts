import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags } from '../internal/checks.js';
import { compose } from './compose.js';
import { randomHorizontalFlip } from './randomHorizontalFlip.js';
import { randomResizedCrop } from './randomResizedCrop.js';
import { sizePair } from './shapes.js';
import type { StepParams } from './steps.js';
import type { Transform } from './transform.js';
import type { PolicyOptions } from './viewPolicy.js';

/** Options of {@link maePolicy}. */
export interface MaePolicyOptions extends Pick<PolicyOptions, 'size' | 'antialias' | 'minSide'> {
  /** Area of the crop as a share of the image's. @defaultValue [0.2, 1] */
  readonly scale?: readonly [number, number];
}

/**
 * The augmentation of masked autoencoders: random resized crop (area 20 to 100 %) and flip, nothing else.
 *
 * @param options - Size of the result, and what departs from the paper.
 * @returns A transform of images with any number of channels. The authors resize bicubically; here it is bilinear.
 * @throws RangeError if an option is out of range.
 * @see He et al., MAE, arXiv:2111.06377, appendix A.1; github.com/facebookresearch/mae `main_pretrain.py`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { maePolicy } from 'selfsup/transforms';
 * console.log(maePolicy({ size: 32 })(ones<Rank.R4>([4, 40, 40, 3]), 1).shape); // [4, 32, 32, 3]
 * ```
 */
export function maePolicy(options: MaePolicyOptions): Transform<StepParams> {
  const {
    scale = [0.2, 1],
    antialias = false,
    minSide = 8,
  } = checkOptions('maePolicy', options, ['scale', 'size', 'antialias', 'minSide']);
  const size = sizePair('maePolicy', options.size);
  checkFlags('maePolicy', { antialias });
  return compose(randomResizedCrop({ size, scale, antialias, minSide }), randomHorizontalFlip());
}
