import { checkOptions } from '../../internal/checkOptions.js';
import { checkIntegers } from '../../internal/checks.js';
import { ShapeError } from '../../internal/errors.js';
import { type Labels, type RowData, readLabels, readRows } from '../../internal/hostRows.js';
import { nearest } from '../../internal/nearest.js';
import type { TopKOptions } from './topKAccuracy.js';

/**
 * Recall at k of image retrieval: the share of samples with at least one of their class among their k nearest others, by
 * cosine similarity.
 *
 * @param embeddings - `[n, dim]`, n \>= 2.
 * @param labels - Class of each row, integers \>= 0.
 * @param options - One k or several; at most n - 1 neighbours are looked at.
 * @returns A number in [0, 1] for each k.
 * @throws ShapeError, RangeError on wrong shapes, labels or k, and where a number is not finite.
 * @see Oh Song et al., "Deep Metric Learning via Lifted Structured Feature Embedding", arXiv:1511.06452, section 6.
 * @example
 * ```ts
 * import { recallAtK } from 'selfsup/probes';
 * console.log(await recallAtK([[1, 0], [1, 0.1], [0, 1], [0.9, 1]], [0, 0, 1, 0], { k: [1, 2] }));
 * ```
 */
export async function recallAtK(embeddings: RowData, labels: Labels, options: TopKOptions = {}): Promise<number[]> {
  checkOptions('recallAtK', options, ['k']);
  const { k = 1 } = options;
  const all = typeof k === 'number' ? [k] : [...k];
  for (const one of all) checkIntegers('recallAtK', { k: [one, 1] });
  const rows = await readRows('recallAtK', 'embeddings', embeddings);
  if (rows.rows < 2) throw new ShapeError(`recallAtK: embeddings must have at least 2 rows, got ${rows.rows}.`);
  const known = await readLabels('recallAtK', 'labels', labels, rows.rows);
  const found = await nearest(rows, rows, { k: Math.max(1, ...all), metric: 'cosine', excludeSelf: true });
  const firstHit = Array.from(known, (label, q) => {
    for (let i = 0; i < found.k; i++) if (known[found.indices[q * found.k + i] as number] === label) return i;
    return Number.POSITIVE_INFINITY;
  });
  return all.map((one) => firstHit.filter((rank) => rank < one).length / rows.rows);
}
