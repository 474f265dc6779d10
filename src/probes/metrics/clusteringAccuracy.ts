import { assign } from '../../internal/assignment.js';
import type { Numbers } from '../../internal/hostRows.js';
import { contingency } from './contingency.js';

/**
 * Share of samples that are classified right when every cluster is matched with one class and every class with one cluster,
 * in the best way there is (an exact assignment). Samples of clusters that are left over count as wrong.
 *
 * @param clusters - Cluster of each sample, integers \>= 0.
 * @param labels - Its class, integers \>= 0.
 * @returns A number in (0, 1].
 * @throws ShapeError if there are none or their numbers differ; RangeError if one is not an integer \>= 0.
 * @see Xie, Girshick, Farhadi, "Unsupervised deep embedding for clustering analysis", ICML 2016, arXiv:1511.06335, eq. 10;
 * scipy's `linear_sum_assignment`.
 * @example
 * ```ts
 * import { clusteringAccuracy } from 'selfsup/probes';
 * console.log(await clusteringAccuracy([0, 0, 1, 2], [5, 5, 3, 3])); // 0.75
 * ```
 */
export async function clusteringAccuracy(clusters: Numbers, labels: Numbers): Promise<number> {
  const table = await contingency('clusteringAccuracy', clusters, labels);
  const places = (counts: ReadonlyMap<number, number>): Map<number, number> =>
    new Map(Array.from(counts.keys(), (key, i) => [key, i]));
  const [rows, columns] = [places(table.clusters), places(table.labels)];
  const gains = new Float64Array(rows.size * columns.size);
  for (const { count, cluster, label } of table.cells) {
    gains[(rows.get(cluster) as number) * columns.size + (columns.get(label) as number)] = -count;
  }
  const columnOf = assign(gains, rows.size, columns.size);
  const right = columnOf.reduce((sum, c, r) => sum - (c < 0 ? 0 : (gains[r * columns.size + c] as number)), 0);
  return right / table.n;
}
