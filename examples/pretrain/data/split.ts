import { permutation, type Seed } from 'selfsup/random';
import { type LabelledImages, pick } from './dataset.js';

/** Sets a fifth of each class apart for testing; classes of fewer than 5 images stay whole for training. */
export function splitByClass(all: LabelledImages, seed: Seed): { train: LabelledImages; test: LabelledImages | null } {
  if (all.labels === null) return { train: all, test: null };
  const seen = new Map<number, number>();
  const [train, test]: [number[], number[]] = [[], []];
  for (const row of permutation(seed, all.labels.length)) {
    const label = all.labels[row] as number;
    const count = (seen.get(label) ?? 0) + 1;
    seen.set(label, count);
    (count % 5 === 0 ? test : train).push(row);
  }
  if (test.length === 0) return { train: all, test: null };
  const sorted = (rows: number[]): number[] => rows.sort((a, b) => a - b);
  return { train: pick(all, sorted(train)), test: pick(all, sorted(test)) };
}
