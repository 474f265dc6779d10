import { add, clipByValue, mul, sqrt, sub, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { normal, uniform } from '../../random/index.js';
import { type CorruptImages, field } from './draws.js';

const GAUSSIAN = [0.04, 0.08, 0.12, 0.18, 0.26];
/** Photons of a white pixel. */
const SHOT = [200, 100, 50, 25, 12];
/** Share of numbers that become 0 or 1. */
const IMPULSE = [0.01, 0.03, 0.06, 0.1, 0.17];

/** x + std · n. */
export const gaussianNoise: CorruptImages = (x, keys, level) =>
  tidy(() => clipByValue(add<Tensor4D>(x, mul(field(x, keys, normal), GAUSSIAN[level] as number)), 0, 1));

/** Photons are counted: Poisson noise, by the normal law of the same mean and variance. */
export const shotNoise: CorruptImages = (x, keys, level) =>
  tidy(() => {
    const light = clipByValue(x, 0, 1);
    const noise = mul(field(x, keys, normal), (SHOT[level] as number) ** -0.5);
    return clipByValue(add<Tensor4D>(light, mul(sqrt(light), noise)), 0, 1);
  });

/** Salt and pepper, each number of a pixel on its own. */
export const impulseNoise: CorruptImages = (x, keys, level) =>
  tidy(() => {
    const share = IMPULSE[level] as number;
    const hit = (low: number, high: number): Tensor4D =>
      field(x, keys, (key, n) => uniform(key, n).map((u) => (u >= low && u < high ? 1 : 0)));
    return add(mul(x, sub(1, hit(0, share))), hit(0, share / 2));
  });
