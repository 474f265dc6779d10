import type { Numbers } from '../../internal/hostRows.js';
import { type Contingency, contingency, entropy, mutualInformation } from './contingency.js';

/**
 * Mutual information of clusters and classes, corrected for chance: (I - E[I]) / (mean entropy - E[I]), with E[I] that of
 * clusters and classes of the same sizes that were shuffled. 0 for random clusters however many there are, 1 for equal ones.
 * About n steps for each pair of a cluster and a class at worst.
 *
 * @param clusters - Cluster of each sample, integers \>= 0.
 * @param labels - Its class, integers \>= 0.
 * @returns A number \<= 1; both constant: 1.
 * @throws ShapeError if there are none or their numbers differ; RangeError if one is not an integer \>= 0.
 * @see Vinh, Epps, Bailey, "Information theoretic measures for clusterings comparison", JMLR 2010; scikit-learn's
 * `adjusted_mutual_info_score` (arithmetic mean).
 * @example
 * ```ts
 * import { adjustedMutualInfo } from 'selfsup/probes';
 * console.log(await adjustedMutualInfo([0, 0, 1, 1], [1, 1, 0, 0])); // 1
 * ```
 */
export async function adjustedMutualInfo(clusters: Numbers, labels: Numbers): Promise<number> {
  const table = await contingency('adjustedMutualInfo', clusters, labels);
  // Equal ones first: where every sample is alone, chance would be as good.
  if (table.cells.length === table.clusters.size && table.cells.length === table.labels.size) return 1;
  const chance = expectedMutualInformation(table);
  const mean = (entropy(table.clusters, table.n) + entropy(table.labels, table.n)) / 2;
  const room = mean - chance;
  const least = room < 0 ? Math.min(room, -Number.EPSILON) : Math.max(room, Number.EPSILON);
  return (mutualInformation(table) - chance) / least;
}

/** E[I] under the hypergeometric model of shuffled labels. */
function expectedMutualInformation({ n, clusters, labels }: Contingency): number {
  const logFactorial = new Float64Array(n + 1);
  for (let i = 2; i <= n; i++) logFactorial[i] = (logFactorial[i - 1] as number) + Math.log(i);
  const lf = (i: number): number => logFactorial[i] as number;
  const inLabels = sizes(labels);
  let sum = 0;
  for (const [a, clustersOf] of sizes(clusters)) {
    for (const [b, labelsOf] of inLabels) {
      const constant = lf(a) + lf(b) + lf(n - a) + lf(n - b) - lf(n);
      let part = 0;
      for (let both = Math.max(1, a + b - n); both <= Math.min(a, b); both++) {
        const chance = constant - lf(both) - lf(a - both) - lf(b - both) - lf(n - a - b + both);
        part += (both / n) * Math.log((n * both) / (a * b)) * Math.exp(chance);
      }
      sum += part * clustersOf * labelsOf;
    }
  }
  return sum;
}

/** How many groups have each size: equal ones are counted once. */
function sizes(counts: ReadonlyMap<number, number>): Map<number, number> {
  const out = new Map<number, number>();
  for (const count of counts.values()) out.set(count, (out.get(count) ?? 0) + 1);
  return out;
}
