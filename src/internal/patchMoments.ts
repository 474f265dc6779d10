import { add, div, mean, sqrt, square, sub, sum, type Tensor3D } from '@tensorflow/tfjs-core';

/** Mean and deviation of each patch of `[batch, patches, size]`, both `[batch, patches, 1]`: unbiased, with `epsilon` in the root. */
export function patchMoments(
  x: Tensor3D,
  epsilon: number,
): { readonly center: Tensor3D; readonly deviation: Tensor3D } {
  const center = mean<Tensor3D>(x, 2, true);
  const variance = div<Tensor3D>(sum(square(sub(x, center)), 2, true), x.shape[2] - 1);
  return { center, deviation: sqrt(add<Tensor3D>(variance, epsilon)) };
}
