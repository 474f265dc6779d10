import { foldIn, permutation, type Seed } from '../random/index.js';

/**
 * Rows of a balanced share of the labels: every class gives its share, rounded, but at least one row. Ascending; rows of
 * a smaller share with the same seed are among those of a larger one.
 */
export function labelledRows(labels: Int32Array, fraction: number, seed: Seed): Int32Array {
  const byClass = new Map<number, number[]>();
  for (const [row, label] of labels.entries()) {
    const rows = byClass.get(label);
    if (rows) rows.push(row);
    else byClass.set(label, [row]);
  }
  const picked = [...byClass].flatMap(([label, rows]) => {
    const order = permutation(foldIn(seed, label), rows.length);
    const take = Math.max(1, Math.round(fraction * rows.length));
    return Array.from(order.subarray(0, take), (i) => rows[i] as number);
  });
  return Int32Array.from(picked).sort();
}
