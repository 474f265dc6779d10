import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { foldIn, permutation, uniform } from '../random/index.js';
import { between, imageKeys } from './draw.js';
import { ADJUSTMENTS, type ColorJitterParams, changes, jitterPlanes } from './jitterPlanes.js';
import { makeTransform } from './makeTransform.js';
import { perImage, rangePair } from './perImage.js';
import type { Transform } from './transform.js';

/** A strength, or the range [min, max] of the factor itself. */
export type Strength = number | readonly [min: number, max: number];

/** Options of {@link colorJitter}. The defaults are SimCLR's at strength 1 (arXiv:2002.05709, appendix A). */
export interface ColorJitterOptions {
  /** A strength s >= 0 draws the factor from [max(0, 1 - s), 1 + s]. @defaultValue 0.8 */
  readonly brightness?: Strength;
  /** Likewise. @defaultValue 0.8 */
  readonly contrast?: Strength;
  /** Likewise. @defaultValue 0.8 */
  readonly saturation?: Strength;
  /** A strength s in [0, 0.5] draws a share of a turn from [-s, s]; a range lies in [-0.5, 0.5]. @defaultValue 0.2 */
  readonly hue?: Strength;
  /** Chance that an image changes at all, in [0, 1]. @defaultValue 0.8 */
  readonly p?: number;
}

/**
 * Random brightness, contrast, saturation and hue, in an order drawn for every image, each step clipped to [0, 1].
 *
 * @param options - Strengths and chance; 0 for all four strengths leaves images as they are.
 * @returns A transform of RGB images. With saturation and hue 0 it takes one channel too, with contrast 0 as well any number.
 * @throws RangeError if an option is out of range.
 * @see Chen et al., SimCLR, arXiv:2002.05709, appendix A; torchvision `ColorJitter`, which draws one order for the whole batch.
 * @example
 * ```ts
 * import { fill, type Tensor4D } from '@tensorflow/tfjs-core';
 * import { colorJitter } from 'selfsup/transforms';
 * const jitter = colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1 }); // BYOL's
 * console.log(jitter.sample([2, 32, 32, 3], 1)); // { order, brightness, contrast, saturation, hue }, an entry per image
 * jitter(fill([2, 4, 4, 3], 0.5) as Tensor4D, 1).print();
 * ```
 */
export function colorJitter(options: ColorJitterOptions = {}): Transform<ColorJitterParams> {
  const {
    brightness = 0.8,
    contrast = 0.8,
    saturation = 0.8,
    hue = 0.2,
    p = 0.8,
  } = checkOptions('colorJitter', options, ['brightness', 'contrast', 'saturation', 'hue', 'p']);
  checkNumbers('colorJitter', { p: [p, 0, 1] });
  const ranges = [
    factorRange('brightness', brightness),
    factorRange('contrast', contrast),
    factorRange('saturation', saturation),
    hueRange(hue),
  ] as const;
  const fixed = ranges.map(([low, high], i) => low === high && low === (i === 3 ? 0 : 1));
  return makeTransform<ColorJitterParams>('colorJitter', {
    sample: (shape, seed) => {
      const draws = imageKeys(shape, seed).map((key) => {
        const [chance = 0, ...shares] = uniform(key, 5);
        const still = !(chance < p);
        return {
          order: Array.from(permutation(foldIn(key, 0), 4)),
          factors: ranges.map((range, i) => (still ? (i === 3 ? 0 : 1) : between(range, shares[i] as number))),
        };
      });
      const factor = (i: number): number[] => draws.map(({ factors }) => factors[i] as number);
      const order = draws.map((draw) => draw.order);
      return { order, brightness: factor(0), contrast: factor(1), saturation: factor(2), hue: factor(3) };
    },
    applyPlanes: jitterPlanes,
    check: (shape) => {
      const channels = shape[3] as number;
      const colour = !(fixed[2] && fixed[3]);
      if (channels !== 3 && (colour || (channels !== 1 && !fixed[1]))) {
        const wanted = colour ? '3 channels (saturation and hue are on)' : '1 or 3 channels (contrast is on)';
        throw new ShapeError(`colorJitter: images must have ${wanted}, got shape [${shape.join(', ')}].`);
      }
    },
    checkParams: (params, [batch = 0]) => {
      for (const name of ['order', ...ADJUSTMENTS] as const) {
        const values: readonly unknown[] | undefined = params[name];
        if (!Array.isArray(values) || values.length !== batch) {
          throw new ShapeError(
            `colorJitter: params.${name} must have one entry per image (${batch}), got ${show(values?.length)}.`,
          );
        }
      }
      const bounds = { brightness: [0], contrast: [0], saturation: [0], hue: [-0.5, 0.5] } as const;
      for (const name of ADJUSTMENTS) perImage('colorJitter', `params.${name}`, params[name], batch, ...bounds[name]);
      for (const [i, order] of params.order.entries()) {
        const known = Array.isArray(order) && order.every((which) => [0, 1, 2, 3].includes(which));
        if (!known || new Set(order).size !== order.length) {
          throw new RangeError(
            `colorJitter: params.order[${i}] must hold numbers from 0 to 3, each at most once, got ${show(order)}.`,
          );
        }
        const left = ADJUSTMENTS.find((_, which) => changes(which, params, i) && !order.includes(which));
        if (left) {
          throw new RangeError(
            `colorJitter: params.order[${i}] must hold ${ADJUSTMENTS.indexOf(left)} (${left} is ${params[left][i]}), got ${show(order)}.`,
          );
        }
      }
    },
  });
}

function factorRange(name: string, strength: Strength): [number, number] {
  if (typeof strength !== 'number') return rangePair('colorJitter', name, strength, 0);
  checkNumbers('colorJitter', { [name]: [strength, 0] });
  return [Math.max(0, 1 - strength), 1 + strength];
}

function hueRange(strength: Strength): [number, number] {
  if (typeof strength !== 'number') return rangePair('colorJitter', 'hue', strength, -0.5, 0.5);
  checkNumbers('colorJitter', { hue: [strength, 0, 0.5] });
  return [-strength, strength];
}
