import { image, type Tensor4D, tensor2d } from '@tensorflow/tfjs-core';
import { isAxisAligned, type Placement } from './placement.js';
import { partsPay } from './ways.js';

/**
 * Whether steps are one that a GPU's own kernel takes: affine, and outside the image either nothing or the whole image's
 * edge. Of those that keep lines and columns it takes moves by whole pixels and mirrorings, which it does without rounding.
 */
export function isOneTransform(steps: readonly Placement[]): boolean {
  const [first, ...others] = steps;
  if (partsPay() || first === undefined || others.length > 0) return false;
  const { matrices, boxes, from } = first;
  return (
    (boxes ?? []).every((box) => String(box) === String([0, 0, ...from])) &&
    matrices.every((m) => m[6] === 0 && m[7] === 0 && m[8] === 1) &&
    (!matrices.every(isAxisAligned) || matrices.every((m) => m.every(Number.isInteger)))
  );
}

/** Takes such a step, with one kernel and eight numbers an image. */
export function transformImages(x: Tensor4D, { matrices, boxes, size }: Placement): Tensor4D {
  const rows = tensor2d(
    matrices.map((m) => m.slice(0, 8)),
    [matrices.length, 8],
  );
  return image.transform(x, rows, 'bilinear', boxes ? 'nearest' : 'constant', 0, [...size]);
}
