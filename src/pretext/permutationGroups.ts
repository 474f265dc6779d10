import { finiteField } from './finiteField.js';

/** A permutation: place k holds tile `permutation[k]`. */
export type Permutation = readonly number[];

/** The n cyclic shifts: no two agree anywhere. */
export function cyclicShifts(n: number): Permutation[] {
  return Array.from({ length: n }, (_, shift) => Array.from({ length: n }, (_, k) => (k + shift) % n));
}

/** AGL(1, q), the maps x to a x + b of the field of q elements: q (q - 1), of which two agree in one place at most. */
export function affineGroup(q: number): Permutation[] {
  const { add, multiply } = finiteField(q);
  const all = Array.from({ length: q }, (_, e) => e);
  return all.slice(1).flatMap((a) => all.map((b) => all.map((x) => add(multiply(a, x), b))));
}

/**
 * PGL(2, q), the maps x to (a x + b) / (c x + d) of the q + 1 points of the projective line: (q + 1) q (q - 1), of which two
 * agree in two places at most. Point q is infinity.
 */
export function projectiveGroup(q: number): Permutation[] {
  const { add, multiply, inverse } = finiteField(q);
  const field = Array.from({ length: q }, (_, e) => e);
  const quotient = (above: number, below: number): number => (below === 0 ? q : multiply(above, inverse(below)));
  const maps: Permutation[] = [];
  // One of each class of matrices that differ by a factor: c = 1, or c = 0 and d = 1.
  for (const a of field) {
    for (const b of field) {
      if (a !== 0) maps.push([...field.map((x) => add(multiply(a, x), b)), q]);
      for (const d of field) {
        if (multiply(a, d) === b) continue;
        maps.push([...field.map((x) => quotient(add(multiply(a, x), b), add(x, d))), a]);
      }
    }
  }
  return maps;
}

/** PΓL(2, q): PGL(2, q) after every power of x to x^p, for which two may agree wherever a subfield does. */
export function semilinearGroup(q: number): Permutation[] {
  const { prime, multiply } = finiteField(q);
  const frobenius = Array.from({ length: q + 1 }, (_, x) => {
    if (x === q) return q;
    let power = x;
    for (let k = 1; k < prime; k++) power = multiply(power, x);
    return power;
  });
  const group = projectiveGroup(q);
  const all: Permutation[] = [];
  let field = Array.from({ length: q + 1 }, (_, x) => x);
  for (let size = 1; size < q; size *= prime) {
    for (const map of group) all.push(field.map((x) => map[x] as number));
    field = field.map((x) => frobenius[x] as number);
  }
  return all;
}
