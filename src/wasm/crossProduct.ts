import { type AssembledFunction, type Code, op } from './assembler.js';
import type { WasmBackend } from './backend.js';
import { vectorFunction } from './vectorFunction.js';

/** Adds `a` transposed times `b` to `c`: addresses of `[rows, m]`, `[rows, n]` and `[m, n]`; m a multiple of 4, n of 8. */
export type CrossProduct = (a: number, b: number, c: number, rows: number, m: number, n: number) => void;

/** Rows of `c` and vectors of four columns that are summed up in registers at a time. */
const TILE = { rows: 4, vectors: 2 } as const;

/** Rows of the operands that are worked on at a time: few enough to stay in the first-level cache. */
const BLOCK = 96;

/**
 * The one product that XNNPACK is bad at, and every filter gradient is made of: the first operand transposed, the shared
 * axis long. Row-major operands are just right for it as they lie, without transposing and packing.
 */
function crossProductCode(): AssembledFunction {
  const [a, b, c, rows, m, n] = [0, 1, 2, 3, 4, 5].map(op.get) as [Code, Code, Code, Code, Code, Code];
  const { get, set, add, sub, mul, int, load, splat, store, addFloats, mulFloats, repeat, less } = op;
  const I = { i: 6, j: 7, k: 8, pa: 9, pb: 10, pc: 11, stepA: 12, stepB: 13 };
  const V = { b: 14, a: 14 + TILE.vectors, sum: 15 + TILE.vectors };
  const sum = (r: number, v: number): number => V.sum + r * TILE.vectors + v;
  const each = (f: (r: number, v: number) => Code): Code =>
    Array.from({ length: TILE.rows * TILE.vectors }, (_, i) => f(Math.floor(i / TILE.vectors), i % TILE.vectors));
  const rowOfC = (r: number): Code => add(get(I.pc), mul(get(I.stepB), int(r)));
  const minus = (local: number): Code => set(local, sub(get(local), int(1)));
  const inner: Code = [
    Array.from({ length: TILE.vectors }, (_, v) => set(V.b + v, load(get(I.pb), 16 * v))),
    Array.from({ length: TILE.rows }, (_, r) => [
      set(V.a, splat(get(I.pa), 4 * r)),
      Array.from({ length: TILE.vectors }, (__, v) =>
        set(sum(r, v), addFloats(get(sum(r, v)), mulFloats(get(V.a), get(V.b + v)))),
      ),
    ]),
    set(I.pa, add(get(I.pa), get(I.stepA))),
    set(I.pb, add(get(I.pb), get(I.stepB))),
    minus(I.i),
  ];
  const tile: Code = [
    set(I.pc, add(c, mul(add(mul(get(I.k), n), get(I.j)), int(4)))),
    each((r, v) => set(sum(r, v), load(rowOfC(r), 16 * v))),
    set(I.pa, add(a, mul(get(I.k), int(4)))),
    set(I.pb, add(b, mul(get(I.j), int(4)))),
    set(I.i, rows),
    repeat(inner, get(I.i)),
    each((r, v) => store(rowOfC(r), get(sum(r, v)), 16 * v)),
    set(I.j, add(get(I.j), int(4 * TILE.vectors))),
  ];
  const body: Code = [
    set(I.stepA, mul(m, int(4))),
    set(I.stepB, mul(n, int(4))),
    repeat(
      [set(I.j, int(0)), repeat(tile, less(get(I.j), n)), set(I.k, add(get(I.k), int(TILE.rows)))],
      less(get(I.k), m),
    ),
  ];
  const vectors = TILE.vectors + 1 + TILE.rows * TILE.vectors;
  return { name: 'crossProduct', params: 6, integers: 8, vectors, body };
}

/** Whether {@link addCrossProduct} takes these widths. */
export function fitsCrossProduct(m: number, n: number): boolean {
  return m % TILE.rows === 0 && n % (4 * TILE.vectors) === 0;
}

/** Adds `a` transposed times `b` to `c`, block after block. */
export const addCrossProduct = (
  product: CrossProduct,
  [a, b, c]: readonly [number, number, number],
  [rows, m, n]: readonly [number, number, number],
): void => {
  for (let row = 0; row < rows; row += BLOCK) {
    product(a + 4 * row * m, b + 4 * row * n, c, Math.min(BLOCK, rows - row), m, n);
  }
};

/** The product for a backend; null where it cannot have one. */
export function crossProductOf(backend: WasmBackend): CrossProduct | null {
  return vectorFunction<CrossProduct>(backend, 'crossProduct', crossProductCode);
}
