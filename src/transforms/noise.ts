import { show } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { foldIn, type RandomKey } from '../random/index.js';

/** Apart from the streams that the parameters of an image are drawn from. */
const NOISE = 2 ** 20;

/** The key of an image's noise as plain numbers, `[high, low]`, so that parameters stay small and replay. */
export function noiseKey(key: RandomKey): number[] {
  const { high, low } = foldIn(key, NOISE);
  return [high, low];
}

/** The key that such a row stands for. */
export function keyOf([high = 0, low = 0]: readonly number[]): RandomKey {
  return { high, low };
}

/** Checks one key per image. */
export function checkNoise(where: string, noise: readonly (readonly number[])[] | undefined, batch: number): void {
  if (!Array.isArray(noise) || noise.length !== batch) {
    throw new ShapeError(
      `${where}: params.noise must have one entry per image (${batch}), got ${show(noise?.length)}.`,
    );
  }
  for (const [i, key] of noise.entries()) {
    const words =
      Array.isArray(key) && key.length === 2 && key.every((w) => Number.isInteger(w) && w >= 0 && w < 2 ** 32);
    if (!words) throw new ShapeError(`${where}: params.noise[${i}] must be two 32-bit words, got ${show(key)}.`);
  }
}
