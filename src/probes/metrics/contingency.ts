import { nameClasses } from '../../internal/classNames.js';
import type { Numbers } from '../../internal/hostRows.js';
import { readPair } from './accuracy.js';

/** Counts of every pair of cluster and class, and of each alone. */
export interface Contingency {
  readonly n: number;
  /** Non-zero counts, with their cluster and class. */
  readonly cells: readonly { readonly count: number; readonly cluster: number; readonly label: number }[];
  readonly clusters: ReadonlyMap<number, number>;
  readonly labels: ReadonlyMap<number, number>;
}

/** Counts of equally many clusters and labels, at least one. */
export async function contingency(where: string, clusters: Numbers, labels: Numbers): Promise<Contingency> {
  const [found, truth] = await readPair(where, clusters, labels, 'clusters');
  const tally = (list: Iterable<number>): Map<number, number> => {
    const counts = new Map<number, number>();
    for (const key of list) counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts;
  };
  const { names, indices } = nameClasses(where, undefined, [truth]); // pairs of large labels would exceed 2^53
  const pairs = tally(Float64Array.from(found, (cluster, i) => cluster * names.length + (indices[0]?.[i] as number)));
  const cells = Array.from(pairs, ([key, count]) => ({
    count,
    cluster: Math.floor(key / names.length),
    label: names[key % names.length] as number,
  }));
  return { n: found.length, cells, clusters: tally(found), labels: tally(truth) };
}

/** Entropy of counts that sum to n, in nats. */
export const entropy = (counts: ReadonlyMap<number, number>, n: number): number =>
  [...counts.values()].reduce((sum, count) => sum - (count / n) * Math.log(count / n), 0);

/** Mutual information of clusters and labels, in nats. */
export function mutualInformation({ n, cells, clusters, labels }: Contingency): number {
  return cells.reduce((sum, { count, cluster, label }) => {
    const expected = ((clusters.get(cluster) as number) * (labels.get(label) as number)) / n;
    return sum + (count / n) * Math.log(count / expected);
  }, 0);
}
