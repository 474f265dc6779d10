import { max, min, stack, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { isTensor } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { takesUnitImages } from '../internal/takesUnitImages.js';

/** More than rounding. */
const SLACK = 0.01;

/** Throws where a method of this library that takes float images gets some far out of [0, 1], such as bytes cast to floats. */
export async function checkImageRange(method: object, batch: unknown, which: string): Promise<void> {
  if (!takesUnitImages.has(method) || !isTensor(batch) || batch.dtype !== 'float32' || batch.size === 0) return;
  const ends = tidy(() => stack([min(batch as Tensor), max(batch as Tensor)]));
  const [low, high] = Array.from(await ends.data()) as [number, number];
  ends.dispose();
  if (!Number.isFinite(low) || !Number.isFinite(high) || (low >= -SLACK && high <= 1 + SLACK)) return;
  throw new RangeError(
    `pretrain: the batch of ${which} must hold float images in [0, 1], got values from ${low} to ${high}; int32 tensors and Uint8Array are taken as bytes, floats are not; range: 'any' allows others.`,
  );
}
