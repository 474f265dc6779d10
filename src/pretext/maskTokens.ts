import {
  add,
  cast,
  clipByValue,
  concat,
  expandDims,
  gatherND,
  mul,
  range,
  relu,
  reshape,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloats } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { matMul } from '../internal/matMul.js';
import { withGradient } from '../internal/withGradient.js';
import { keptTokens } from './keptTokens.js';

/** Options of {@link maskTokens}. */
export interface MaskTokensOptions {
  /** Share of hidden tokens, in [0, 1); trunc(tokens * (1 - ratio)) stay, at least 1. @defaultValue 0.75 */
  readonly ratio?: number;
}

/** What {@link maskTokens} gives; the caller disposes all four. */
export type MaskedTokens = {
  /** The tokens that stay, float32 `[batch, kept, dim]`, those of the smallest noise first. */
  readonly kept: Tensor3D;
  /** Places of the kept tokens, int32 `[batch, kept]`, in the order of `kept`. */
  readonly idsKeep: Tensor2D;
  /** Rank of every token's noise, int32 `[batch, tokens]`: where it stands among the kept ones followed by the hidden. */
  readonly idsRestore: Tensor2D;
  /** Float32 `[batch, tokens]`, 1 where hidden. */
  readonly mask: Tensor2D;
};

// Noise times this: the smallest difference of two uniform numbers, 2^-24, becomes far more than a tie's 1.
const SCALE = 2 ** 100;
// Comparisons in memory at a time.
const BLOCK = 2 ** 22;

/**
 * Hides all but a share of the tokens of every sequence: those of the smallest noise stay. Ranks are counted on the backend
 * from comparisons of all pairs, of equal noise the earlier token first, so nothing is read back. Differentiable in
 * `tokens`.
 *
 * @param tokens - Float32 `[batch, tokens, dim]`.
 * @param noise - Uniform numbers, float32 `[batch, tokens]`, below 2^24 in size; differences below 2^-100 count as none.
 * @param options - Share of hidden tokens.
 * @returns Kept tokens, their places, the way back, and the mask; the caller disposes them.
 * @throws ShapeError on a wrong shape; RangeError if the ratio leaves no token.
 * @see He et al., "Masked Autoencoders Are Scalable Vision Learners", arXiv:2111.06377, section 3; models_mae.py,
 * `random_masking`.
 * @example
 * ```ts
 * import { tensor2d, zeros, type Rank } from '@tensorflow/tfjs-core';
 * import { maskTokens } from 'selfsup/pretext';
 * import { uniform } from 'selfsup/random';
 *
 * const noise = tensor2d(uniform(1, 2 * 16), [2, 16]);
 * const { kept, mask } = maskTokens(zeros<Rank.R3>([2, 16, 8]), noise, { ratio: 0.75 });
 * console.log(kept.shape, mask.shape); // [2, 4, 8] and [2, 16]
 * ```
 */
export function maskTokens(tokens: Tensor3D, noise: Tensor2D, options: MaskTokensOptions = {}): MaskedTokens {
  const where = 'maskTokens';
  const { ratio = 0.75 } = checkOptions('maskTokens', options, ['ratio']);
  checkFloats(where, { tokens: [tokens, ['batch', 'tokens', 'dim']], noise: [noise, ['batch', 'tokens']] });
  const [batch, count, dim] = tokens.shape;
  const keep = keptTokens(where, count, ratio);
  return tidy(() => {
    const ranks = constant(() => inBlocks(noise, count, ranksOf));
    const mask = constant(() => clipByValue(sub(ranks, keep - 1), 0, 1)) as Tensor2D;
    const places = constant(() => inBlocks(ranks, count, (block) => placesOf(block, keep)));
    const from = constant(() => flatRows(places, count, batch * keep));
    // Hidden tokens take their gradient from a row of zeros behind the others.
    const back = constant(() => {
      const own = add(ranks, reshape(range(0, batch * keep, keep), [batch, 1]));
      const rows = add(mul(own, sub(1, mask)), mul(mask, batch * keep));
      return cast(reshape(rows, [batch * count, 1]), 'int32');
    });
    const kept = withGradient<Tensor3D>([tokens], (save) => {
      save([back]);
      return {
        value: reshape(gatherND(reshape(tokens, [batch * count, dim]), from), [batch, keep, dim]),
        gradient: (dy, saved) => {
          const padded = concat([reshape(dy, [batch * keep, dim]), zeros([1, dim])]);
          return [reshape(gatherND(padded, saved[0] as Tensor), [batch, count, dim])];
        },
      };
    });
    return { kept, idsKeep: cast(places, 'int32'), idsRestore: cast(ranks, 'int32'), mask };
  });
}

/** How many numbers of its row come before each number: smaller ones, and equal ones to the left. */
function ranksOf(noise: Tensor2D): Tensor2D {
  const count = noise.shape[1];
  const scaled = mul(noise, SCALE);
  const at = range(0, count);
  const earlier = clipByValue(sub(expandDims(at, 1), expandDims(at, 0)), 0, 1);
  const larger = sub(expandDims(scaled, 2), expandDims(scaled, 1)); // [batch, i, j]: > 0 where i has the larger noise
  return sum(clipByValue(add(larger, earlier), 0, 1), 2);
}

/** Where in their row the numbers 0 to keep - 1 stand, given a permutation in each row. */
function placesOf(ranks: Tensor2D, keep: number): Tensor2D {
  const [batch, count] = ranks.shape;
  const away = square(sub(expandDims(ranks, 1), reshape(range(0, keep), [1, keep, 1])));
  const found = reshape(relu(sub(1, away)), [batch * keep, count]); // 1 where the rank is the wanted one
  return reshape(matMul(found, reshape(range(0, count), [count, 1])), [batch, keep]);
}

/** A function of rows that needs count² numbers for each, over a few rows at a time. */
function inBlocks(x: Tensor2D, count: number, f: (block: Tensor2D) => Tensor2D): Tensor2D {
  const [batch] = x.shape;
  const size = Math.max(1, Math.floor(BLOCK / count ** 2));
  return tidy(() => {
    const blocks = Array.from({ length: Math.ceil(batch / size) }, (_, i) =>
      tidy(() => f(slice(x, i * size, Math.min(size, batch - i * size)))),
    );
    return concat(blocks);
  });
}

/** Places in each row as rows of the flattened batch, `[total, 1]`. */
function flatRows(places: Tensor2D, count: number, total: number): Tensor {
  const [batch] = places.shape;
  return cast(reshape(add(places, reshape(range(0, batch * count, count), [batch, 1])), [total, 1]), 'int32');
}
