import { RangeError } from '../internal/errors.js';

/** A field of q elements 0, 1, ..., q - 1, with 0 and 1 in their parts. */
export interface FiniteField {
  readonly size: number;
  /** The prime that the size is a power of. */
  readonly prime: number;
  add(a: number, b: number): number;
  multiply(a: number, b: number): number;
  /** Of any element but 0. */
  inverse(a: number): number;
}

/** The prime that q is a power of, or null. */
export function primeOf(q: number): number | null {
  for (let prime = 2; prime <= q; prime++) {
    if (q % prime !== 0) continue;
    let rest = q;
    while (rest % prime === 0) rest /= prime;
    return rest === 1 ? prime : null;
  }
  return null;
}

/**
 * The field of q elements. Element e stands for the polynomial whose coefficients are the digits of e to the base p; sums are
 * without carry, products modulo the first monic polynomial that leaves no two elements with product 0.
 */
export function finiteField(q: number): FiniteField {
  const prime = primeOf(q);
  if (prime === null) throw new RangeError(`finiteField: q must be a power of a prime, got ${q}.`);
  const degree = Math.round(Math.log(q) / Math.log(prime));
  const digits = (e: number): number[] => Array.from({ length: degree }, (_, i) => Math.floor(e / prime ** i) % prime);
  const element = (d: readonly number[]): number => d.reduce((sum, digit, i) => sum + digit * prime ** i, 0);
  const elements = Array.from({ length: q }, (_, e) => digits(e));
  const add = (a: number, b: number): number =>
    element((elements[a] as number[]).map((digit, i) => (digit + (elements[b]?.[i] as number)) % prime));
  /** Products modulo x^degree + the polynomial `low`. */
  const productsModulo = (low: readonly number[]): number[][] =>
    elements.map((a) =>
      elements.map((b) => {
        const sum = new Array<number>(2 * degree - 1).fill(0);
        for (const [i, u] of a.entries()) for (const [j, v] of b.entries()) sum[i + j] = (sum[i + j] as number) + u * v;
        for (let top = 2 * degree - 2; top >= degree; top--) {
          const lead = (sum[top] as number) % prime;
          for (const [i, l] of low.entries()) {
            const at = top - degree + i;
            sum[at] = (sum[at] as number) + lead * (prime - l);
          }
        }
        return element(sum.slice(0, degree).map((digit) => digit % prime));
      }),
    );
  for (const low of elements) {
    const products = productsModulo(low);
    if (products.slice(1).some((row) => row.slice(1).includes(0))) continue;
    return {
      size: q,
      prime,
      add,
      multiply: (a, b) => products[a]?.[b] as number,
      inverse: (a) => products[a]?.indexOf(1) as number,
    };
  }
  throw new RangeError(`finiteField: no irreducible polynomial of degree ${degree} over ${prime}.`);
}
