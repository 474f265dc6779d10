import type { Numbers } from '../../internal/hostRows.js';
import { readPair } from './accuracy.js';

/** Counts of every pair of cluster and class, and of each alone. */
interface Contingency {
  readonly n: number;
  /** Non-zero counts, with their cluster and class. */
  readonly cells: readonly { readonly count: number; readonly cluster: number; readonly label: number }[];
  readonly clusters: ReadonlyMap<number, number>;
  readonly labels: ReadonlyMap<number, number>;
}

async function contingency(where: string, clusters: Numbers, labels: Numbers): Promise<Contingency> {
  const [found, truth] = await readPair(where, clusters, labels, 'clusters');
  const tally = (list: Iterable<number>): Map<number, number> => {
    const counts = new Map<number, number>();
    for (const key of list) counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts;
  };
  const byLabel = tally(truth);
  const width = Math.max(...byLabel.keys()) + 1;
  const pairs = tally(Float64Array.from(found, (cluster, i) => cluster * width + (truth[i] as number)));
  const cells = Array.from(pairs, ([key, count]) => ({ count, cluster: Math.floor(key / width), label: key % width }));
  return { n: found.length, cells, clusters: tally(found), labels: byLabel };
}

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

const entropy = (counts: ReadonlyMap<number, number>, n: number): number =>
  [...counts.values()].reduce((sum, count) => sum - (count / n) * Math.log(count / n), 0);

function mutualInformation({ n, cells, clusters, labels }: Contingency): number {
  return cells.reduce((sum, { count, cluster, label }) => {
    const expected = ((clusters.get(cluster) as number) * (labels.get(label) as number)) / n;
    return sum + (count / n) * Math.log(count / expected);
  }, 0);
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
