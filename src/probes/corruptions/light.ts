import { add, clipByValue, mean, mul, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { foldIn, type Seed, uniform } from '../../random/index.js';
import { adjustSaturation } from '../../transforms/adjustSaturation.js';
import { type CorruptImages, field } from './draws.js';

const BRIGHTNESS = [0.1, 0.2, 0.3, 0.4, 0.5];
const CONTRAST = [0.75, 0.5, 0.35, 0.2, 0.1];
const SATURATION = [0.7, 0.5, 0.3, 0.15, 0];
/** Light of the haze beside that of the scene. */
const FOG = [0.25, 0.5, 1, 1.5, 2];
/** Cells along a side of the layers of haze; each layer is half as strong as the one before. */
const LAYERS = [2, 4, 8, 16];

/** x + c. */
export const brightness: CorruptImages = (x, _, level) =>
  tidy(() => clipByValue(add<Tensor4D>(x, BRIGHTNESS[level] as number), 0, 1));

/** Towards the mean of each image and channel. */
export const contrast: CorruptImages = (x, _, level) =>
  tidy(() => {
    const factor = CONTRAST[level] as number;
    return add<Tensor4D>(mul(x, factor), mul(mean(x, [1, 2], true), 1 - factor));
  });

/** Towards grey; RGB only. */
export const saturation: CorruptImages = (x, _, level) => adjustSaturation(x, SATURATION[level] as number);

/** Haze in clouds: (x + s · h) / (1 + s), h being drawn noise of several scales. */
export const fog: CorruptImages = (x, keys, level) =>
  tidy(() => {
    const s = FOG[level] as number;
    const [, height, width, channels] = x.shape;
    const haze = field(x, keys, (key) => clouds(key, height, width, channels));
    return add(mul(x, 1 / (1 + s)), mul(haze, s / (1 + s)));
  });

/** Smooth noise in [0, 1], equal in all channels. */
function clouds(key: Seed, height: number, width: number, channels: number): Float32Array {
  const map = new Float32Array(height * width);
  for (const [layer, cells] of LAYERS.entries()) {
    const side = cells + 1;
    const knots = uniform(foldIn(key, layer), side * side);
    const at = (row: number, column: number): number => knots[row * side + column] as number;
    for (let y = 0; y < height; y++) {
      const v = (y / Math.max(1, height - 1)) * cells;
      const row = Math.min(cells - 1, Math.floor(v));
      for (let x = 0; x < width; x++) {
        const u = (x / Math.max(1, width - 1)) * cells;
        const column = Math.min(cells - 1, Math.floor(u));
        const [b, a] = [v - row, u - column];
        const top = (1 - a) * at(row, column) + a * at(row, column + 1);
        const bottom = (1 - a) * at(row + 1, column) + a * at(row + 1, column + 1);
        (map[y * width + x] as number) += ((1 - b) * top + b * bottom) / 2 ** layer;
      }
    }
  }
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const v of map) [least, most] = [Math.min(least, v), Math.max(most, v)];
  const scale = most > least ? 1 / (most - least) : 0;
  return Float32Array.from(
    { length: map.length * channels },
    (_, i) => ((map[Math.floor(i / channels)] as number) - least) * scale,
  );
}
