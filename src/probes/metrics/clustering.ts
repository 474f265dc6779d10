import type { Numbers } from '../../internal/hostRows.js';
import { contingency, entropy, mutualInformation } from './contingency.js';

/**
 * Share of samples that belong to the most frequent class of their cluster. Grows with the number of clusters.
 *
 * @param clusters - Cluster of each sample, integers \>= 0.
 * @param labels - Its class, integers \>= 0.
 * @returns A number in (0, 1].
 * @throws ShapeError if there are none or their numbers differ; RangeError if one is not an integer \>= 0.
 * @see Manning, Raghavan, Schütze, "Introduction to Information Retrieval", section 16.3.
 * @example
 * ```ts
 * import { purity } from 'selfsup/probes';
 * console.log(await purity([0, 0, 1, 1], [5, 5, 5, 7])); // 0.75
 * ```
 */
export async function purity(clusters: Numbers, labels: Numbers): Promise<number> {
  const { n, cells } = await contingency('purity', clusters, labels);
  const best = new Map<number, number>();
  for (const { count, cluster } of cells) best.set(cluster, Math.max(best.get(cluster) ?? 0, count));
  return [...best.values()].reduce((sum, count) => sum + count, 0) / n;
}

/**
 * Mutual information of clusters and classes over the mean of their entropies. Both constant: 1; only one: 0.
 *
 * @param clusters - Cluster of each sample, integers \>= 0.
 * @param labels - Its class, integers \>= 0.
 * @returns A number in [0, 1].
 * @throws ShapeError if there are none or their numbers differ; RangeError if one is not an integer \>= 0.
 * @see scikit-learn's `normalized_mutual_info_score` (arithmetic mean).
 * @example
 * ```ts
 * import { normalizedMutualInfo } from 'selfsup/probes';
 * console.log(await normalizedMutualInfo([0, 0, 1, 1], [1, 1, 0, 0])); // 1
 * ```
 */
export async function normalizedMutualInfo(clusters: Numbers, labels: Numbers): Promise<number> {
  const table = await contingency('normalizedMutualInfo', clusters, labels);
  const mean = (entropy(table.clusters, table.n) + entropy(table.labels, table.n)) / 2;
  if (mean === 0) return 1;
  return Math.min(1, Math.max(0, mutualInformation(table) / mean));
}

/**
 * Pairs of samples on which clusters and classes agree, corrected for chance: 0 for random clusters, 1 for equal ones,
 * negative for worse than random.
 *
 * @param clusters - Cluster of each sample, integers \>= 0.
 * @param labels - Its class, integers \>= 0.
 * @returns A number \<= 1.
 * @throws ShapeError if there are none or their numbers differ; RangeError if one is not an integer \>= 0.
 * @see Hubert and Arabie, "Comparing partitions", 1985.
 * @example
 * ```ts
 * import { adjustedRandIndex } from 'selfsup/probes';
 * console.log(await adjustedRandIndex([0, 0, 1, 1], [1, 1, 0, 2])); // 0.571...
 * ```
 */
export async function adjustedRandIndex(clusters: Numbers, labels: Numbers): Promise<number> {
  const table = await contingency('adjustedRandIndex', clusters, labels);
  const pairs = (counts: Iterable<number>): number => [...counts].reduce((sum, c) => sum + (c * (c - 1)) / 2, 0);
  const [inClusters, inLabels] = [pairs(table.clusters.values()), pairs(table.labels.values())];
  const together = pairs(table.cells.map(({ count }) => count));
  const all = pairs([table.n]);
  const chance = all === 0 ? 0 : (inClusters * inLabels) / all;
  const most = (inClusters + inLabels) / 2;
  return most === chance ? 1 : (together - chance) / (most - chance);
}
