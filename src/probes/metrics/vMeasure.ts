import { checkOptions } from '../../internal/checkOptions.js';
import { checkNumbers } from '../../internal/checks.js';
import type { Numbers } from '../../internal/hostRows.js';
import { type Contingency, contingency, entropy, mutualInformation } from './contingency.js';

/**
 * Whether clusters hold samples of one class only: 1 - H(class | cluster) / H(class); 1 if there is one class.
 *
 * @param clusters - Cluster of each sample, integers \>= 0.
 * @param labels - Its class, integers \>= 0.
 * @returns A number in [0, 1].
 * @throws ShapeError if there are none or their numbers differ; RangeError if one is not an integer \>= 0.
 * @see Rosenberg and Hirschberg, "V-measure", EMNLP 2007; scikit-learn's `homogeneity_score`.
 * @example
 * ```ts
 * import { homogeneity } from 'selfsup/probes';
 * console.log(await homogeneity([0, 1, 2, 2], [0, 0, 1, 1])); // 1
 * ```
 */
export async function homogeneity(clusters: Numbers, labels: Numbers): Promise<number> {
  const table = await contingency('homogeneity', clusters, labels);
  return shareKnown(table, table.labels);
}

/**
 * Whether all samples of a class are in one cluster: 1 - H(cluster | class) / H(cluster); 1 if there is one cluster.
 *
 * @param clusters - Cluster of each sample, integers \>= 0.
 * @param labels - Its class, integers \>= 0.
 * @returns A number in [0, 1].
 * @throws ShapeError if there are none or their numbers differ; RangeError if one is not an integer \>= 0.
 * @see Rosenberg and Hirschberg, "V-measure", EMNLP 2007; scikit-learn's `completeness_score`.
 * @example
 * ```ts
 * import { completeness } from 'selfsup/probes';
 * console.log(await completeness([0, 0, 0, 0], [0, 0, 1, 1])); // 1
 * ```
 */
export async function completeness(clusters: Numbers, labels: Numbers): Promise<number> {
  const table = await contingency('completeness', clusters, labels);
  return shareKnown(table, table.clusters);
}

/** Options of {@link vMeasure}. */
export interface VMeasureOptions {
  /** Weight of completeness over homogeneity, \> 0. @defaultValue 1, which gives the normalised mutual information */
  readonly beta?: number;
}

/**
 * Harmonic mean of {@link homogeneity} h and {@link completeness} c: (1 + beta) h c / (beta h + c).
 *
 * @param clusters - Cluster of each sample, integers \>= 0.
 * @param labels - Its class, integers \>= 0.
 * @param options - How the two are weighted.
 * @returns A number in [0, 1].
 * @throws ShapeError if there are none or their numbers differ; RangeError if one is not an integer \>= 0, or `beta` is not
 * \> 0.
 * @see Rosenberg and Hirschberg, "V-measure", EMNLP 2007; scikit-learn's `v_measure_score`.
 * @example
 * ```ts
 * import { vMeasure } from 'selfsup/probes';
 * console.log(await vMeasure([0, 1, 2, 2], [0, 0, 1, 1])); // 0.8
 * ```
 */
export async function vMeasure(clusters: Numbers, labels: Numbers, options: VMeasureOptions = {}): Promise<number> {
  checkOptions('vMeasure', options, ['beta']);
  const { beta = 1 } = options;
  checkNumbers('vMeasure', { beta: [beta, Number.MIN_VALUE] });
  const table = await contingency('vMeasure', clusters, labels);
  const [h, c] = [shareKnown(table, table.labels), shareKnown(table, table.clusters)];
  return h + c === 0 ? 0 : ((1 + beta) * h * c) / (beta * h + c);
}

/** Share of the entropy of one side that the other side tells. */
function shareKnown(table: Contingency, of: ReadonlyMap<number, number>): number {
  if (of.size === 1) return 1;
  return Math.min(1, Math.max(0, mutualInformation(table) / entropy(of, table.n)));
}
