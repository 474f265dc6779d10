import { concat, reshape, slice, type Tensor2D, type Tensor3D, tensor2d, transpose } from '@tensorflow/tfjs-core';
import { matMul } from '../internal/matMul.js';

/** Complex numbers, both parts `[batch, height, width]`. */
export interface ComplexPlanes {
  readonly real: Tensor3D;
  readonly imaginary: Tensor3D;
}

/**
 * The discrete Fourier transform of planes `[batch, height, width]` along both axes, or its inverse times height * width, by
 * matrix products: WASM has no fast transform.
 */
export function planeFourier({ real, imaginary }: ComplexPlanes, inverse = false): ComplexPlanes {
  const sign = inverse ? 1 : -1;
  return lines(lines({ real, imaginary }, sign), sign);
}

/** Transforms the last axis and swaps it with the one before it. */
function lines({ real, imaginary }: ComplexPlanes, sign: 1 | -1): ComplexPlanes {
  const [batch, height, width] = real.shape;
  const flat = (x: Tensor3D): Tensor2D => reshape(x, [batch * height, width]);
  const product = matMul(concat([flat(real), flat(imaginary)], 1), basis(width, sign)); // [batch * height, 2 * width]
  const half = (from: number): Tensor3D =>
    transpose(reshape(slice(product, [0, from], [-1, width]), [batch, height, width]), [0, 2, 1]) as Tensor3D;
  return { real: half(0), imaginary: half(width) };
}

/** `[2 n, 2 n]`: [real, imaginary] times it is [real, imaginary] of the transform. */
function basis(n: number, sign: 1 | -1): Tensor2D {
  const values = new Float32Array(4 * n * n);
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < n; k++) {
      const angle = (sign * 2 * Math.PI * ((j * k) % n)) / n;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      values[j * 2 * n + k] = c;
      values[j * 2 * n + n + k] = s;
      values[(n + j) * 2 * n + k] = -s;
      values[(n + j) * 2 * n + n + k] = c;
    }
  }
  return tensor2d(values, [2 * n, 2 * n], 'float32');
}
