import { concat, pad, reshape, reverse, slice, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';

/** Mirrored at both ends without doubling them; `mirrorPad` has a wrong gradient. */
export function reflected(x: Tensor2D, width: number): Tensor2D {
  const [batch, samples] = x.shape;
  const left = reverse(slice(x, [0, 1], [batch, width]), 1);
  const right = reverse(slice(x, [0, samples - width - 1], [batch, width]), 1);
  return concat([left, x, right], 1);
}

/** Overlapping frames as rows [batch * frames, length]: slices of lines of `hop` samples, set side by side. */
export function framesOf(x: Tensor2D, frames: number, length: number, hop: number): Tensor2D {
  const [batch, samples] = x.shape;
  const parts = Math.ceil(length / hop);
  const lines = frames + parts - 1;
  const missing = lines * hop - samples;
  const whole =
    missing > 0
      ? pad(x, [
          [0, 0],
          [0, missing],
        ])
      : slice(x, [0, 0], [batch, lines * hop]);
  const grid: Tensor3D = reshape(whole, [batch, lines, hop]);
  const pieces = Array.from({ length: parts }, (_, j) =>
    slice(grid, [0, j, 0], [batch, frames, Math.min(hop, length - j * hop)]),
  );
  return reshape(concat(pieces, 2), [batch * frames, length]);
}

/** Periodic Hann window, zeros on both sides up to the length of the transform. */
export function hann(windowLength: number, fftLength: number): Float64Array {
  const left = Math.floor((fftLength - windowLength) / 2);
  return Float64Array.from({ length: fftLength }, (_, n) => {
    const i = n - left;
    return i >= 0 && i < windowLength ? 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / windowLength) : 0;
  });
}
