import {
  add,
  reshape,
  square,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tensor2d,
  tensor3d,
  transpose,
} from '@tensorflow/tfjs-core';
import { matMul } from '../internal/matMul.js';
import { inTurn } from './inTurn.js';

/** A Fourier transform of real rows in two steps of matrix products: length = rows * columns. */
export interface FourierPlan {
  readonly length: number;
  readonly rows: number;
  readonly columns: number;
  /** How many of the steps of `rows` bins are computed. */
  readonly steps: number;
}

/** The plan with the fewest products for bins 0 to `bins - 1`; entry (k1, k2) of its result is bin k1 + rows * k2. */
export function fourierPlan(length: number, bins: number): FourierPlan {
  let columns = Math.floor(Math.sqrt(length));
  while (length % columns !== 0) columns--;
  const rows = length / columns;
  return { length, rows, columns, steps: Math.ceil(bins / rows) };
}

/**
 * Power |X_k|^2 of windowed rows [count, length], as [count, rows * steps]. Backends without a fast Fourier transform (WASM)
 * still get one of its ideas: with n = n1 * columns + n2 and k = k1 + rows * k2 the sum over n falls into one over n1, a
 * matrix for each n2 that holds window and twiddle factors, and one over n2. At 1024 that is an eighth of the products.
 */
export function powerSpectrum(x: Tensor2D, window: Float64Array, plan: FourierPlan): Tensor2D {
  const { rows, columns, steps } = plan;
  const count = x.shape[0];
  const [real, imaginary] = outerBases(plan);
  const [wide, tall] = [columns, count * rows];
  const inner = inTurn<Tensor>(
    () => reshape(transpose(reshape(x, [tall, wide])), [wide, count, rows]),
    (y) => matMul(y, innerBases(window, plan)),
    (y) => reshape(transpose(reshape(y, [wide, 2 * tall])), [tall, 2 * wide]),
  ) as Tensor2D;
  return reshape(add(square(matMul(inner, real)), square(matMul(inner, imaginary))), [count, rows * steps]);
}

/** [columns, rows, rows * 2]: w_n exp(-2 pi i n1 k1 / rows) exp(-2 pi i n2 k1 / length), real and imaginary side by side. */
function innerBases(window: Float64Array, { length, rows, columns }: FourierPlan): Tensor3D {
  const values = new Float32Array(columns * rows * rows * 2);
  let at = 0;
  for (let n2 = 0; n2 < columns; n2++) {
    for (let n1 = 0; n1 < rows; n1++) {
      const n = n1 * columns + n2;
      for (let k1 = 0; k1 < rows; k1++) {
        const angle = (-2 * Math.PI * ((n * k1) % length)) / length;
        values[at++] = (window[n] as number) * Math.cos(angle);
        values[at++] = (window[n] as number) * Math.sin(angle);
      }
    }
  }
  return tensor3d(values, [columns, rows, rows * 2]);
}

/** [2 * columns, steps] each: what real and imaginary parts add to the real, and to the imaginary part of the result. */
function outerBases({ columns, steps }: FourierPlan): [Tensor2D, Tensor2D] {
  const basis = (quarter: number): Tensor2D => {
    const values = Float32Array.from({ length: 2 * columns * steps }, (_, i) => {
      const [row, k2] = [Math.floor(i / steps), i % steps];
      const [part, n2] = [Math.floor(row / columns), row % columns];
      return Math.cos((-2 * Math.PI * ((n2 * k2) % columns)) / columns + ((part - quarter) * Math.PI) / 2);
    });
    return tensor2d(values, [2 * columns, steps]);
  };
  return [basis(0), basis(1)];
}
