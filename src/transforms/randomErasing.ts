import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { foldIn, type RandomKey, uniform } from '../random/index.js';
import { pixelBoxes } from './boxes.js';
import { between, coin, imageKeys } from './draw.js';
import { eraser, overwrite, type Writer } from './erase.js';
import { makeTransform } from './makeTransform.js';
import { checkNoise, keyOf, noiseKey } from './noise.js';
import { rangePair } from './perImage.js';
import type { Transform } from './transform.js';

/** Options of {@link randomErasing}. */
export interface RandomErasingOptions {
  /** Chance that an image loses a box, in [0, 1]. @defaultValue 0.5, as in the paper */
  readonly p?: number;
  /** Area of the box as a share of the image's, in [0, 1]. @defaultValue [0.02, 0.33], as in torchvision */
  readonly scale?: readonly [min: number, max: number];
  /** Height over width of the box, > 0, uniform in the logarithm. @defaultValue [0.3, 3.3], as in torchvision */
  readonly ratio?: readonly [min: number, max: number];
  /** What is written: a number, one per channel, or `'random'` for uniform noise in [0, 1). @defaultValue 0 */
  readonly value?: number | readonly number[] | 'random';
}

/** Parameters of {@link randomErasing}. */
export interface RandomErasingParams {
  /** `[top, left, height, width]` of each image's box in pixels; height and width 0 where nothing is erased. */
  readonly boxes: number[][];
  /** Key of each image's noise, `[high, low]`; only with `value: 'random'`. */
  readonly noise?: number[][];
}

/**
 * Erases a box of random size, shape and place with probability p (cutout is the same with a fixed size: `scale: [s, s]`,
 * `ratio: [1, 1]`, but for boxes that reach over the edge). A box that doesn't fit is drawn anew, ten times at most.
 *
 * @param options - Chance, range of area and of shape, and what to write.
 * @returns A transform of images with any number of channels, or as many as `value` has entries.
 * @throws RangeError if an option is out of range.
 * @see Zhong et al., arXiv:1708.04896, algorithm 1; torchvision `RandomErasing`, which draws one box for the whole batch, and
 * normal noise.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomErasing } from 'selfsup/transforms';
 * const erasing = randomErasing({ p: 1, value: 'random' });
 * console.log(erasing.sample([1, 32, 32, 3], 1).boxes, erasing(ones<Rank.R4>([1, 32, 32, 3]), 1).shape);
 * ```
 */
export function randomErasing(options: RandomErasingOptions = {}): Transform<RandomErasingParams> {
  const { p = 0.5, value = 0 } = checkOptions('randomErasing', options, ['p', 'scale', 'ratio', 'value']);
  checkNumbers('randomErasing', { p: [p, 0, 1] });
  const scale = rangePair('randomErasing', 'scale', options.scale ?? [0.02, 0.33], 0, 1);
  const ratio = rangePair('randomErasing', 'ratio', options.ratio ?? [0.3, 3.3], Number.MIN_VALUE);
  if (value !== 'random') eraser('randomErasing', value, typeof value === 'number' ? 1 : value?.length);
  return makeTransform<RandomErasingParams>('randomErasing', {
    sample: (shape, seed) => {
      const keys = imageKeys(shape, seed);
      const boxes = keys.map((key) => drawBox(key, p, scale, ratio, shape));
      return value === 'random' ? { boxes, noise: keys.map(noiseKey) } : { boxes };
    },
    apply: (x, { boxes, noise = [] }) => {
      const write =
        value === 'random' ? noiseWriter(noise, boxes, x.shape) : eraser('randomErasing', value, x.shape[3]);
      return overwrite(x, boxes, write);
    },
    check: ([, , , channels = 0]) => {
      if (value !== 'random') eraser('randomErasing', value, channels);
    },
    checkParams: ({ boxes, noise }, [batch = 0]) => {
      pixelBoxes('randomErasing', boxes, batch, 'params.boxes');
      if (value === 'random') checkNoise('randomErasing', noise, batch);
    },
  });
}

/** A box of one image; an empty one if chance or ten tries say so. */
function drawBox(
  key: RandomKey,
  p: number,
  scale: [number, number],
  ratio: [number, number],
  [, height = 0, width = 0]: readonly number[],
): number[] {
  const logRatio = [Math.log(ratio[0]), Math.log(ratio[1])] as const;
  const tries = coin(key, p) === 1 ? 10 : 0;
  for (let attempt = 0; attempt < tries; attempt++) {
    const [a = 0, b = 0, c = 0, d = 0] = uniform(foldIn(key, attempt), 4);
    const area = height * width * between(scale, a);
    const aspect = Math.exp(between(logRatio, b));
    const [h, w] = [Math.round(Math.sqrt(area * aspect)), Math.round(Math.sqrt(area / aspect))];
    if (h < height && w < width) {
      return [Math.floor(c * (height - h + 1)), Math.floor(d * (width - w + 1)), h, w];
    }
  }
  return [0, 0, 0, 0];
}

/** Writes uniform noise, the runs of an image one after the other from its key. */
function noiseWriter(
  noise: readonly (readonly number[])[],
  boxes: readonly (readonly number[])[],
  shape: readonly number[],
): Writer {
  const [, height = 0, width = 0, channels = 0] = shape;
  const left = new Map<number, Float32Array>();
  return (values, image, start, end) => {
    const [, , h = 0, w = 0] = boxes[image] as number[];
    const most = Math.min(h, height) * Math.min(w, width) * channels;
    const numbers = left.get(image) ?? uniform(keyOf(noise[image] as number[]), most);
    values.set(numbers.subarray(0, end - start), start);
    left.set(image, numbers.subarray(end - start));
  };
}
