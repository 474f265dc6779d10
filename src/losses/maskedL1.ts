import {
  abs,
  add,
  cast,
  div,
  mul,
  reshape,
  type Scalar,
  sign,
  sub,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkFloat, checkMask } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { withGradient } from '../internal/withGradient.js';
import type { LossInput } from './lossInput.js';

/**
 * Reconstruction loss of SimMIM: the absolute error over the hidden part, summed, over (hidden pixels + 1e-5) and over the
 * channels. About 0 if nothing is hidden.
 *
 * @param prediction - Predicted images, float32 `[batch, height, width, channels]`, or patches `[batch, patches, size]`.
 * @param target - True ones, same shape; a target: no gradient.
 * @param mask - 1 where hidden, 0 where visible, float32, int32 or bool; no gradient. For images `[batch, rows, columns]`, a
 * grid of cells that divides the image; for patches `[batch, patches]`.
 * @returns Scalar; the caller disposes it. Differentiable in the prediction; 0 where it is exact.
 * @throws ShapeError on a wrong shape or dtype, or if the grid does not divide the image.
 * @see Xie et al., "SimMIM: A Simple Framework for Masked Image Modeling", CVPR 2022, arXiv:2111.09886, equation 1.
 * @example
 * ```ts
 * import { randomUniform, type Rank, tensor3d } from '@tensorflow/tfjs-core';
 * import { maskedL1Loss } from 'selfsup/losses';
 * const [prediction, target] = [randomUniform<Rank.R4>([1, 8, 8, 3]), randomUniform<Rank.R4>([1, 8, 8, 3])];
 * maskedL1Loss(prediction, target, tensor3d([[[1, 0], [0, 1]]])).print(); // cells of 4 x 4 pixels
 * ```
 */
export function maskedL1Loss(prediction: LossInput, target: LossInput, mask: LossInput): Scalar {
  const where = 'maskedL1Loss';
  const images = (prediction as Tensor | undefined)?.rank !== 3;
  const shape = images ? ['batch', 'height', 'width', 'channels'] : ['batch', 'patches', 'size'];
  checkFloat(where, 'prediction', prediction, shape);
  checkFloat(where, 'target', target, prediction.shape);
  const [batch, height, width] = prediction.shape as [number, number, number];
  checkMask(where, 'mask', mask, images ? [batch, 'rows', 'columns'] : [batch, height]);
  const [rows, columns] = [mask.shape[1] as number, images ? (mask.shape[2] as number) : 1];
  if (images && (height % rows !== 0 || width % columns !== 0)) {
    throw new ShapeError(`${where}: mask must divide ${height} x ${width} pixels, got ${rows} x ${columns} cells.`);
  }
  // Numbers that share a value of the mask, [batch, rows, tall, columns, wide]; numbers that count as one.
  const tall = images ? height / rows : 1;
  const wide = prediction.size / (batch * rows * tall * columns);
  const channels = prediction.shape[prediction.rank - 1] as number;
  const pixels = images ? (tall * wide) / channels : 1;
  return tidy(() =>
    withGradient<Scalar>([prediction], (save) => {
      const hidden = reshape(cast(mask, 'float32'), [batch, rows, 1, columns, 1]);
      const weights = div(hidden, mul(add(mul(sum(hidden), pixels), 1e-5), channels));
      const difference = reshape(sub<Tensor>(prediction, target), [batch, rows, tall, columns, wide]);
      save([reshape(mul(sign(difference), weights), prediction.shape)]);
      return {
        value: sum<Scalar>(mul(abs(difference), weights)),
        gradient: (dy, saved) => [mul(saved[0] as Tensor, dy)],
      };
    }),
  );
}
