import { add, mean, mul, reshape, sqrt, square, sub, sum, type Tensor2D, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { normal } from '../random/index.js';
import { channelColumn } from './channelRows.js';
import { keyOf } from './noise.js';

/**
 * What fills the channels of [channels * batch, pixels] that go: mid grey, plus normal noise of a hundredth of the deviation
 * of those that stay, each around its own mean. Zero for the channels that stay.
 */
export function channelNoise(
  values: Tensor2D,
  keep: readonly (readonly number[])[],
  noise: readonly (readonly number[])[],
): Tensor2D {
  const [count, pixels] = values.shape;
  const batch = keep.length;
  const normals = new Float32Array(count * pixels);
  for (const [i, row] of keep.entries()) {
    const gone = row.flatMap((k, c) => (k === 0 ? [c] : []));
    const own = normal(keyOf(noise[i] as number[]), gone.length * pixels);
    for (const [j, c] of gone.entries()) {
      normals.set(own.subarray(j * pixels, (j + 1) * pixels), (c * batch + i) * pixels);
    }
  }
  const shares = keep.map((row) => row.map((k) => k / row.reduce((total, one) => total + one, 0)));
  const gray = keep.map((row) => row.map((k) => (1 - k) / 2));
  return tidy(() => {
    const centered = sub<Tensor2D>(values, mean(values, 1, true));
    const variances = mul(mean(square(centered), 1, true), channelColumn(shares));
    const deviations = mul(sqrt(sum(reshape(variances, [count / batch, batch, 1]), 0)), 0.01);
    const scaled = mul(tensor3d(normals, [count / batch, batch, pixels]), deviations);
    return add<Tensor2D>(reshape(scaled, [count, pixels]), channelColumn(gray));
  });
}
