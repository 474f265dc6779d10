import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { coin, imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { invertBright, solarize } from './solarize.js';
import type { Transform } from './transform.js';

/** Options of {@link randomSolarize}. */
export interface RandomSolarizeOptions {
  /** Values from here on are inverted, in [0, 1]. @defaultValue 0.5, as in BYOL */
  readonly threshold?: number;
  /** Chance that an image is solarised, in [0, 1]. @defaultValue 0.2, as for BYOL's second view */
  readonly p?: number;
}

/** Parameters of {@link randomSolarize}. */
export interface RandomSolarizeParams {
  /** 1 where an image is solarised, else 0. */
  readonly solarize: number[];
}

/**
 * Inverts the bright values of an image with probability p.
 *
 * @param options - Threshold and chance.
 * @returns A transform of images with any number of channels.
 * @throws RangeError if an option is outside [0, 1].
 * @see Grill et al., BYOL, arXiv:2006.07733, appendix B; torchvision `RandomSolarize`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomSolarize } from 'selfsup/transforms';
 * randomSolarize({ p: 1 })(ones<Rank.R4>([1, 1, 2, 3]), 1).print(); // black
 * ```
 */
export function randomSolarize(options: RandomSolarizeOptions = {}): Transform<RandomSolarizeParams> {
  const { threshold = 0.5, p = 0.2 } = checkOptions('randomSolarize', options, ['threshold', 'p']);
  checkNumbers('randomSolarize', { threshold: [threshold, 0, 1], p: [p, 0, 1] });
  const thresholds = (params: RandomSolarizeParams): number[] =>
    params.solarize.map((s) => (s === 1 ? threshold : NEVER));
  return makeTransform<RandomSolarizeParams>('randomSolarize', {
    sample: (shape, seed) => ({ solarize: imageKeys(shape, seed).map((key) => coin(key, p)) }),
    apply: (x, params) => (params.solarize.includes(1) ? solarize(x, thresholds(params)) : x),
    applyPlanes: (planes, params) => (params.solarize.includes(1) ? invertBright(planes, thresholds(params)) : planes),
  });
}

/** A threshold that no value in [0, 1] reaches. */
const NEVER = 2;
