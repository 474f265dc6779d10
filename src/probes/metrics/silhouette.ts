import { checkOptions } from '../../internal/checkOptions.js';
import { checkIntegers } from '../../internal/checks.js';
import { RangeError } from '../../internal/errors.js';
import { CLOSE, squaredDistanceOf } from '../../internal/exactDistance.js';
import { columnMeans } from '../../internal/gram.js';
import { type HostRows, type Labels, type RowData, readLabels, readRows } from '../../internal/hostRows.js';
import { type RowProducts, rowProducts } from '../../internal/rowProducts.js';

/** Options of {@link silhouette}. */
export interface SilhouetteOptions {
  /** Rows compared with all at a time, an integer \>= 1. @defaultValue so many that 4 million distances are held */
  readonly chunk?: number;
}

/** Result of {@link silhouette}: plain JSON. */
export interface Silhouette {
  /** Mean over the rows. */
  readonly mean: number;
  /** Value of each row, in [-1, 1]. */
  readonly perSample: number[];
}

/** Distances up to here are computed on the host, in float64: n² dim steps. */
const HOST_STEPS = 2 ** 27;

/**
 * How much nearer rows are to their own cluster than to the next one: (b - a) / max(a, b), with a the mean Euclidean distance
 * from the others of the cluster and b the smallest mean distance from another cluster; 0 for a row alone. All n² distances
 * are computed (beyond 2^27 steps on the backend in float32); take a sample of more than some 10,000 rows.
 *
 * @param x - Rows `[n, dim]`; axes after the first are flattened.
 * @param clusters - Cluster of each row, integers \>= 0, at least two different ones.
 * @param options - Memory.
 * @returns The mean, and the value of each row.
 * @throws ShapeError, RangeError on wrong shapes, labels or options, and where a number is not finite.
 * @see Rousseeuw, "Silhouettes", 1987; scikit-learn's `silhouette_samples`.
 * @example
 * ```ts
 * import { silhouette } from 'selfsup/probes';
 * const { mean } = await silhouette([[0], [1], [10], [11]], [0, 0, 1, 1]);
 * console.log(mean); // 0.9
 * ```
 */
export async function silhouette(x: RowData, clusters: Labels, options: SilhouetteOptions = {}): Promise<Silhouette> {
  const where = 'silhouette';
  checkOptions(where, options, ['chunk']);
  if (options.chunk !== undefined) checkIntegers(where, { chunk: [options.chunk, 1] });
  const rows = await readRows(where, 'x', x);
  const labels = await readLabels(where, 'clusters', clusters, rows.rows);
  const order = new Map(Array.from(new Set(labels), (label, i) => [label, i]));
  if (order.size < 2)
    throw new RangeError(`${where}: clusters must hold at least 2 different ones, got ${order.size}.`);
  const groups = labels.map((label) => order.get(label) as number);
  const counts = new Float64Array(order.size);
  for (const group of groups) (counts[group] as number) += 1;
  const perSample = await values(rows, groups, counts, options.chunk ?? Math.max(1, Math.floor(2 ** 22 / rows.rows)));
  return { mean: perSample.reduce((sum, s) => sum + s, 0) / rows.rows, perSample };
}

async function values(x: HostRows, groups: Int32Array, counts: Float64Array, chunk: number): Promise<number[]> {
  const { rows, dim } = x;
  const centered = around(x);
  const lengths = new Float64Array(rows);
  for (let i = 0; i < rows * dim; i++) (lengths[Math.floor(i / dim)] as number) += (centered.values[i] as number) ** 2;
  const onHost = rows * rows * dim <= HOST_STEPS;
  const close = onHost ? 1e-9 : CLOSE;
  const products: RowProducts = rowProducts(centered, onHost ? 'host' : 'auto');
  const out: number[] = [];
  try {
    for (let start = 0; start < rows; start += chunk) {
      const count = Math.min(chunk, rows - start);
      const part = Float64Array.from(centered.values.subarray(start * dim, (start + count) * dim));
      const dots = await products.times(part, count); // [rows, count]
      const sums = new Float64Array(count * counts.length);
      for (let r = 0; r < rows; r++) {
        for (let i = 0; i < count; i++) {
          if (r === start + i) continue;
          const both = (lengths[r] as number) + (lengths[start + i] as number);
          const squared = both - 2 * (dots[r * count + i] as number);
          const distance = Math.sqrt(squared < close * both ? squaredDistanceOf(x, r, x, start + i) : squared);
          (sums[i * counts.length + (groups[r] as number)] as number) += distance;
        }
      }
      for (let i = 0; i < count; i++) {
        out.push(
          valueOf(sums.subarray(i * counts.length, (i + 1) * counts.length), counts, groups[start + i] as number),
        );
      }
    }
  } finally {
    products.dispose();
  }
  return out;
}

/** The value of a row from its summed distances to each cluster. */
function valueOf(sums: Float64Array, counts: Float64Array, own: number): number {
  const size = counts[own] as number;
  if (size === 1) return 0;
  const inside = (sums[own] as number) / (size - 1);
  let outside = Number.POSITIVE_INFINITY;
  for (let k = 0; k < counts.length; k++) {
    if (k !== own) outside = Math.min(outside, (sums[k] as number) / (counts[k] as number));
  }
  const larger = Math.max(inside, outside);
  return larger === 0 ? 0 : (outside - inside) / larger;
}

/** Rows less their mean: distances stay, and products lose less. */
function around({ values: given, rows, dim }: HostRows): HostRows {
  const mean = columnMeans({ values: given, rows, dim });
  return { values: Float64Array.from(given, (v, i) => v - (mean[i % dim] as number)), rows, dim };
}
