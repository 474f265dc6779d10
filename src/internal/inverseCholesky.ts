import {
  concat,
  dispose,
  div,
  eye,
  maximum,
  mul,
  neg,
  reshape,
  slice,
  sqrt,
  sub,
  type Tensor,
  type Tensor3D,
  tensor,
  tidy,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';
import { matMul } from './matMul.js';
import { withGradient } from './withGradient.js';

/**
 * L⁻¹ of each symmetric matrix A = L Lᵀ of `[batch, n, n]`, L lower triangular; pivots below `floor` count as that. About 9 n
 * operations on the backend, whatever the batch, and 4 products for the gradient.
 */
export function inverseCholesky(a: Tensor3D, floor: number): Tensor3D {
  const [batch, n] = a.shape;
  return tidy(() =>
    withGradient<Tensor3D>([a], (save) => {
      const inverse = eliminate(a, floor);
      save([inverse]);
      return {
        value: inverse,
        gradient: (dy, saved) => {
          const w = saved[0] as Tensor3D;
          const turned = transpose(w, [0, 2, 1]);
          // With S = W dA Wᵀ, dW = -(S below the diagonal and half of it on the diagonal) W.
          const below = Float32Array.from(
            { length: n * n },
            (_, i) => Math.sign(Math.floor(i / n) - (i % n)) / 2 + 0.5,
          );
          const part = mul(matMul(dy, turned), tensor(below, [1, n, n]));
          return [neg(matMul(matMul(turned, part), w)) as Tensor3D];
        },
      };
    }),
  );

  function eliminate(matrix: Tensor3D, least: number): Tensor3D {
    const identity = tile(reshape(eye(n), [1, n, n]), [batch, 1, 1]);
    let rest = concat<Tensor3D>([matrix, identity as Tensor3D], 2); // the rows still to go
    const done: Tensor3D[] = [];
    for (let j = 0; j < n; j++) {
      const [row, next] = tidy((): [Tensor3D, Tensor3D?] => {
        const first = slice(rest, [0, 0, 0], [batch, 1, -1]);
        const pivot = maximum(slice(first, [0, 0, j], [batch, 1, 1]), least);
        const unit = div<Tensor3D>(first, sqrt(pivot));
        if (j === n - 1) return [unit];
        const column: Tensor = reshape(slice(unit, [0, 0, j + 1], [batch, 1, n - j - 1]), [batch, n - j - 1, 1]);
        return [unit, sub<Tensor3D>(slice(rest, [0, 1, 0], [batch, -1, -1]), mul(column, unit))];
      });
      dispose(rest);
      done.push(row);
      if (next) rest = next;
    }
    return slice(concat(done, 1), [0, 0, n], [batch, n, n]);
  }
}
