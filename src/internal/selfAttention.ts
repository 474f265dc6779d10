import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { concat, mul, type Rank, reshape, slice, softmax, sub, sum, tidy, transpose } from '@tensorflow/tfjs-core';
import { matMul } from './matMul.js';
import { withGradient } from './withGradient.js';

/** How the rows of a batch belong together. */
export interface Heads {
  /** Samples in the batch; the rows of a sample follow each other. */
  readonly samples: number;
  readonly heads: number;
}

/**
 * softmax(Q K^T / sqrt(d)) V of each sample and head: from queries, keys and values side by side, `[samples * tokens, 3 * dim]`
 * with `dim = heads * d`, to `[samples * tokens, dim]`. One operation with one gradient, in which only the weights of the
 * attention and what they were made of is kept.
 */
export function selfAttention(qkv: Tensor2D, { samples, heads }: Heads): Tensor2D {
  const [rows, width] = qkv.shape;
  const [tokens, d] = [rows / samples, width / (3 * heads)];
  const scale = 1 / Math.sqrt(d);
  const shape: [number, number, number] = [heads * samples, tokens, d];
  return tidy(() =>
    withGradient<Tensor2D>([qkv], (save) => {
      const [q, k, v] = split(qkv, heads).map((x) => reshape(x, shape)) as [Tensor3D, Tensor3D, Tensor3D];
      const scaled = mul<Tensor3D>(q, scale);
      const weights = softmax(matMul<Tensor3D>(scaled, k, false, true));
      const out = matMul<Tensor3D>(weights, v);
      save([scaled, k, v, weights, out]);
      return {
        value: join([out], heads, rows),
        gradient: (dy, saved) => {
          const [scaledQ, keys, values, p, y] = saved as [Tensor3D, Tensor3D, Tensor3D, Tensor3D, Tensor3D];
          const dOut = reshape(toHeads(dy, heads), shape);
          const dWeights = matMul(dOut, values, false, true);
          // The sum of a row of p times its gradient is that of the row of the result times its own: d numbers, not tokens.
          const dScores = mul<Tensor3D>(p, sub(dWeights, sum(mul(dOut, y), 2, true)));
          const dQ = mul<Tensor3D>(matMul(dScores, keys), scale);
          return [join([dQ, matMul(dScores, scaledQ, true), matMul(p, dOut, true)], heads, rows)];
        },
      };
    }),
  );
}

/** `[rows, heads * d]` as `[heads, rows, d]`. */
function toHeads(x: Tensor2D, heads: number): Tensor3D {
  const [rows, width] = x.shape;
  return transpose(reshape<Rank.R3>(x, [rows, heads, width / heads]), [1, 0, 2]);
}

/** Three tensors `[heads, rows, d]` of `[rows, 3 * heads * d]`. */
function split(x: Tensor2D, heads: number): Tensor3D[] {
  const all = toHeads(x, 3 * heads);
  return [0, 1, 2].map((i) => slice(all, [i * heads, 0, 0], [heads, -1, -1]));
}

/** The inverse: parts of `heads * rows` rows side by side. */
function join(parts: readonly Tensor3D[], heads: number, rows: number): Tensor2D {
  const d = parts[0]?.shape[2] as number;
  const all = concat(parts.map((x) => reshape<Rank.R3>(x, [heads, rows, d])));
  return reshape(transpose(all, [1, 0, 2]), [rows, parts.length * heads * d]);
}
