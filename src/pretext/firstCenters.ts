import { dispose, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { CLOSE, squaredDistanceOf } from '../internal/exactDistance.js';
import { type HostRows, pickRows } from '../internal/hostRows.js';
import { matMul } from '../internal/matMul.js';
import { type RowFrame, rowBlocks } from '../internal/rowBlocks.js';
import { foldIn, integers, permutation, type Seed, uniform } from '../random/index.js';
import { type Centers, framedLengths } from './nearestCenters.js';

/** Numbers of the rows that first centres are drawn from: 64 MiB. */
const SAMPLE_SIZE = 2 ** 24;

/**
 * First centres by greedy k-means++: each of `count` is the best of 2 + log(count) rows drawn with a chance proportional to
 * the squared distance from those before it. Many rows are thinned out to 64 MiB, but not to fewer than 10 per centre.
 *
 * See Arthur and Vassilvitskii, "k-means++", SODA 2007; scikit-learn's `kmeans_plusplus`.
 */
export async function firstCenters(x: HostRows, frame: RowFrame, seed: Seed, count: number): Promise<Centers> {
  const size = Math.min(x.rows, Math.max(10 * count, Math.floor(SAMPLE_SIZE / x.dim)));
  const sample = size === x.rows ? x : pickRows(x, permutation(foldIn(seed, 0), x.rows).subarray(0, size).sort());
  const trials = Math.min(size, 2 + Math.floor(Math.log(count)));
  const lengths = framedLengths(sample, frame);
  const blocks = rowBlocks(sample, frame, trials);
  const { dim } = x;
  const centers = new Float64Array(count * dim);
  let nearest = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  try {
    for (let k = 0; k < count; k++) {
      const key = foldIn(seed, k + 1);
      const drawn = k === 0 ? integers(key, 1, { max: size }) : drawByWeight(nearest, uniform(key, trials));
      const points = framed(sample, frame, drawn);
      const products = await products2d(points, drawn.length);
      let [best, least, kept] = [0, Number.POSITIVE_INFINITY, nearest];
      for (let t = 0; t < drawn.length; t++) {
        const own = lengths[drawn[t] as number] as number;
        const candidate = new Float64Array(size);
        let total = 0;
        for (let r = 0; r < size; r++) {
          const length = lengths[r] as number;
          const squared = length + own - 2 * (products[r * drawn.length + t] as number);
          // Exact where float32 loses it: near rows are told apart, and equal ones are never drawn twice.
          const close = squared < CLOSE * (length + own);
          const distance = close
            ? squaredDistanceOf(sample, r, sample, drawn[t] as number) * frame.scale ** 2
            : squared;
          const before = nearest[r] as number;
          candidate[r] = distance < before ? distance : before;
          total += candidate[r] as number;
        }
        if (total < least) [best, least, kept] = [t, total, candidate];
      }
      nearest = kept;
      nearest[drawn[best] as number] = 0;
      centers.set(points.subarray(best * dim, (best + 1) * dim), k * dim);
    }
  } finally {
    blocks.dispose();
  }
  return { values: centers, count };

  /** Products `[size, n]` of the rows of the sample with n points. */
  async function products2d(points: Float64Array, n: number): Promise<Float32Array> {
    const out = new Float32Array(size * n);
    const turned = new Float32Array(dim * n);
    for (let t = 0; t < n; t++) for (let c = 0; c < dim; c++) turned[c * n + t] = points[t * dim + c] as number;
    const columns = tensor2d(turned, [dim, n], 'float32');
    try {
      await blocks.each(async (block, start) => {
        const product: Tensor2D = tidy(() => matMul(block, columns));
        try {
          out.set(await product.data(), start * n);
        } finally {
          dispose(product);
        }
      });
    } finally {
      dispose(columns);
    }
    return out;
  }
}

/** Rows by chance in proportion to weights; any rows where all weights are 0. */
function drawByWeight(weights: Float64Array, draws: Float32Array): Int32Array {
  const total = weights.reduce((sum, w) => sum + w, 0);
  const last = weights.length - 1;
  if (!(total > 0)) return Int32Array.from(draws, (u) => Math.min(last, Math.floor(u * weights.length)));
  const order = Array.from(draws.keys()).sort((a, b) => (draws[a] as number) - (draws[b] as number));
  const out = new Int32Array(draws.length);
  let [sum, row] = [weights[0] as number, 0];
  for (const t of order) {
    const goal = (draws[t] as number) * total;
    while (row < last && !(sum > goal)) sum += weights[++row] as number;
    out[t] = row;
  }
  return out;
}

/** Chosen rows in the coordinates of a frame. */
function framed({ values, dim }: HostRows, { mean, scale }: RowFrame, rows: ArrayLike<number>): Float64Array {
  const out = new Float64Array(rows.length * dim);
  for (let i = 0; i < rows.length; i++) {
    const start = (rows[i] as number) * dim;
    for (let c = 0; c < dim; c++) out[i * dim + c] = ((values[start + c] as number) - (mean[c] as number)) * scale;
  }
  return out;
}
