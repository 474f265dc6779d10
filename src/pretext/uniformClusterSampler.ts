import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkSeed, checkTensor, isTensor } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { type Labels, readLabels } from '../internal/hostRows.js';
import { foldIn, permutation, randomKey, type Seed } from '../random/index.js';

/** Options of {@link uniformClusterSampler}. */
export interface UniformClusterSamplerOptions {
  /** Rows of an epoch, an integer \>= 1. @defaultValue as many as there are labels */
  readonly size?: number;
}

/**
 * Rows of an epoch, drawn so that every cluster that has rows comes up equally often (to within one): those of a small cluster
 * again and again, some of a large one only. Within a cluster none comes a second time before all have come once.
 *
 * @param labels - Cluster of each row, integers \>= 0: a tensor or an array.
 * @param seed - Draws the rows and their order; take `foldIn(seed, epoch)`.
 * @param options - How many rows.
 * @returns Indices of rows, shuffled: an Int32Array of length `size`, as `gather` takes them.
 * @throws ShapeError if there are no labels; RangeError if one is not an integer \>= 0, or `size` is out of range.
 * @see Caron et al., arXiv:1807.05520, section 3.3; github.com/facebookresearch/deepcluster, util.py (`UnifLabelSampler`),
 * which draws with replacement as soon as a cluster is too small.
 * @example
 * ```ts
 * import { uniformClusterSampler } from 'selfsup/pretext';
 *
 * const rows = await uniformClusterSampler([0, 0, 0, 0, 0, 1], 1, { size: 4 });
 * console.log(rows); // two rows of cluster 0, and row 5 twice
 * ```
 */
export async function uniformClusterSampler(
  labels: Labels,
  seed: Seed,
  options: UniformClusterSamplerOptions = {},
): Promise<Int32Array> {
  checkSeed('uniformClusterSampler', seed);
  checkOptions('uniformClusterSampler', options, ['size']);
  const where = 'uniformClusterSampler';
  if (options.size !== undefined) checkIntegers(where, { size: [options.size, 1] });
  randomKey(seed);
  if (isTensor(labels)) checkTensor(where, 'labels', labels);
  const list = await readLabels(where, 'labels', labels);
  if (list.length === 0) throw new ShapeError(`${where}: labels must have at least one entry, got 0.`);
  const size = options.size ?? list.length;
  const members = new Map<number, number[]>();
  for (const [row, label] of list.entries()) {
    const rows = members.get(label);
    if (rows) rows.push(row);
    else members.set(label, [row]);
  }
  const groups = Array.from(members.keys())
    .sort((a, b) => a - b)
    .map((label) => ({ label, rows: members.get(label) as number[] }));
  const places = permutation(foldIn(seed, 0), size);
  const turns = permutation(foldIn(seed, 1), groups.length); // which clusters come once more
  const out = new Int32Array(size);
  let at = 0;
  for (const [turn, group] of Array.from(turns, (g) => groups[g] as (typeof groups)[number]).entries()) {
    const share = Math.floor(size / groups.length) + (turn < size % groups.length ? 1 : 0);
    const key = foldIn(foldIn(seed, 2), group.label);
    for (let drawn = 0; drawn < share; drawn += group.rows.length) {
      const shuffled = permutation(foldIn(key, drawn), group.rows.length);
      for (const i of shuffled.subarray(0, share - drawn)) out[places[at++] as number] = group.rows[i] as number;
    }
  }
  return out;
}
