import { foldIn, permutation, type Seed } from '../random/index.js';

/**
 * Splits rows into a part to fit and a part to choose by. Every class gives its share, rounded, but keeps at least one
 * row to fit; rows keep their order.
 */
export function holdOut(labels: Int32Array, share: number, seed: Seed): { fit: Int32Array; held: Int32Array } {
  const byClass = new Map<number, number[]>();
  for (const [row, label] of labels.entries()) {
    const rows = byClass.get(label);
    if (rows) rows.push(row);
    else byClass.set(label, [row]);
  }
  const isHeld = new Uint8Array(labels.length);
  if (share > 0) {
    for (const [label, rows] of byClass) {
      const take = Math.min(rows.length - 1, Math.max(1, Math.round(share * rows.length)));
      const order = permutation(foldIn(seed, label), rows.length);
      for (let i = 0; i < take; i++) isHeld[rows[order[i] as number] as number] = 1;
    }
  }
  const pick = (side: number): Int32Array =>
    Int32Array.from(Array.from(labels.keys()).filter((row) => isHeld[row] === side));
  const [fit, held] = [pick(0), pick(1)];
  return { fit, held };
}

/** Labels renumbered to the classes that occur, in ascending order: `present[compact[i]] === labels[i]`. */
export function compactLabels(labels: Int32Array): { compact: Int32Array; present: number[] } {
  const present = [...new Set(labels)].sort((a, b) => a - b);
  const index = new Map(present.map((label, i) => [label, i]));
  return { compact: labels.map((label) => index.get(label) as number), present };
}
