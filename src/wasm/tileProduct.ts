import { type AssembledFunction, type Code, op } from './assembler.js';
import type { WasmBackend } from './backend.js';
import { vectorFunction } from './vectorFunction.js';

/**
 * Writes `a` `[m, k]` times `b` `[k, n]` to `c`: addresses, sizes of at least {@link TILE}, and the bytes from one row of `a`
 * to the next and from one column to the next, which may be swapped for a transposed one.
 */
export type TileProduct = (
  a: number,
  b: number,
  c: number,
  m: number,
  k: number,
  n: number,
  rowStep: number,
  columnStep: number,
) => void;

/** Rows and columns of `c` that are summed up in registers at a time. */
export const TILE = { rows: 4, columns: 8 } as const;

const VECTORS = TILE.columns / 4;

/**
 * A product with nothing packed or copied before: for matrices so small that this would take longer than the product. The
 * last tile of a row or column overlaps the one before.
 */
function tileProductCode(): AssembledFunction {
  const { get, set, add, sub, mul, int, load, splat, store, floats, addFloats, mulFloats, repeat, when, less } = op;
  const P = { a: 0, b: 1, c: 2, m: 3, k: 4, n: 5, rowStep: 6, columnStep: 7 };
  const I = { i: 8, j: 9, left: 10, lastI: 11, lastJ: 12, stepB: 13, pb: 14, pc: 15, pa: 16 };
  const V = { a: I.pa + TILE.rows, b: I.pa + TILE.rows + 1, sum: I.pa + TILE.rows + 1 + VECTORS };
  const rows = Array.from({ length: TILE.rows }, (_, r) => r);
  const vectors = Array.from({ length: VECTORS }, (_, v) => v);
  const sum = (r: number, v: number): number => V.sum + r * VECTORS + v;
  const by = (local: number, step: Code): Code => set(local, add(get(local), step));
  const inner: Code = [
    vectors.map((v) => set(V.b + v, load(get(I.pb), 16 * v))),
    rows.map((r) => [
      set(V.a, splat(get(I.pa + r))),
      vectors.map((v) => set(sum(r, v), addFloats(get(sum(r, v)), mulFloats(get(V.a), get(V.b + v))))),
      by(I.pa + r, get(P.columnStep)),
    ]),
    by(I.pb, get(I.stepB)),
    set(I.left, sub(get(I.left), int(1))),
  ];
  const tile: Code = [
    when(less(get(I.lastJ), get(I.j)), set(I.j, get(I.lastJ))),
    set(I.pa, add(get(P.a), mul(get(I.i), get(P.rowStep)))),
    rows.slice(1).map((r) => set(I.pa + r, add(get(I.pa + r - 1), get(P.rowStep)))),
    set(I.pb, add(get(P.b), mul(get(I.j), int(4)))),
    rows.map((r) => vectors.map((v) => set(sum(r, v), floats(0)))),
    set(I.left, get(P.k)),
    repeat(inner, get(I.left)),
    set(I.pc, add(get(P.c), mul(add(mul(get(I.i), get(P.n)), get(I.j)), int(4)))),
    rows.map((r) => [vectors.map((v) => store(get(I.pc), get(sum(r, v)), 16 * v)), by(I.pc, get(I.stepB))]),
    by(I.j, int(TILE.columns)),
  ];
  const body: Code = [
    set(I.stepB, mul(get(P.n), int(4))),
    set(I.lastI, sub(get(P.m), int(TILE.rows))),
    set(I.lastJ, sub(get(P.n), int(TILE.columns))),
    repeat(
      [
        when(less(get(I.lastI), get(I.i)), set(I.i, get(I.lastI))),
        set(I.j, int(0)),
        repeat(tile, less(get(I.j), get(P.n))),
        by(I.i, int(TILE.rows)),
      ],
      less(get(I.i), get(P.m)),
    ),
  ];
  const locals = { params: 8, integers: I.pa + TILE.rows - 8, vectors: 1 + VECTORS + TILE.rows * VECTORS };
  return { name: 'tileProduct', ...locals, body };
}

/** The product for a backend; null where it cannot have one. */
export function tileProductOf(backend: WasmBackend): TileProduct | null {
  return vectorFunction<TileProduct>(backend, 'tileProduct', tileProductCode);
}
