import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Seed } from 'selfsup/random';
import { compose, randomHorizontalFlip, randomResizedCrop } from 'selfsup/transforms';

/** Square crops of at least three fifths of the image, sometimes flipped. */
export function squareViews([height, width]: readonly number[]): (images: Tensor4D, seed: Seed) => Tensor4D {
  const side = Math.min(height as number, width as number);
  return compose(randomResizedCrop({ size: [side, side], scale: [0.6, 1] }), randomHorizontalFlip());
}
