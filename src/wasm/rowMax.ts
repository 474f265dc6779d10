import { Max, type Tensor, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type AssembledFunction, type Code, op } from './assembler.js';
import { address, type KernelCall, sizeOf, type WasmKernel } from './backend.js';
import { vectorFunction } from './vectorFunction.js';

type Call = KernelCall<{ x: Tensor }, { readonly reductionIndices: number | number[]; readonly keepDims: boolean }>;

/** Writes the largest of each of some rows of `bytes` bytes, at least {@link BLOCK}. */
type RowMax = (x: number, out: number, rows: number, bytes: number) => void;

/** Vectors of maxima that are kept side by side, and the bytes that they take in at a time. */
const LANES = 4;
const BLOCK = 16 * LANES;

/** Largest numbers over the last axes; tfjs's kernel looks at one number after the other. */
export const maxKernel: WasmKernel = {
  name: Max,
  make:
    (stock) =>
    (call: Call): TensorInfo => {
      const { x } = call.inputs;
      const axes = util.parseAxisParam(call.attrs.reductionIndices, x.shape).sort((a, b) => a - b);
      const outer = x.shape.slice(0, x.shape.length - axes.length);
      const bytes = 4 * sizeOf(x.shape.slice(outer.length));
      const last = axes.every((axis, i) => axis === outer.length + i);
      const fits = last && x.dtype === 'float32' && bytes >= BLOCK && sizeOf(outer) > 0;
      const rowMax = fits ? vectorFunction<RowMax>(call.backend, 'rowMax', rowMaxCode) : null;
      if (rowMax === null) return stock(call as never) as TensorInfo;
      const out = call.backend.makeOutput([...outer, ...(call.attrs.keepDims ? axes.map(() => 1) : [])], 'float32');
      rowMax(address(call.backend, x), address(call.backend, out), sizeOf(outer), bytes);
      return out;
    },
};

/** The last block of a row overlaps the one before: a maximum does not mind. */
function rowMaxCode(): AssembledFunction {
  const { get, set, add, sub, int, load, storeFirst, maxFloats, turn, repeat, when, less } = op;
  const I = { x: 0, out: 1, rows: 2, bytes: 3, last: 4 };
  const lanes = Array.from({ length: LANES }, (_, i) => 5 + i) as [number, ...number[]];
  const [one, ...others] = lanes;
  const next = (local: number, by: number): Code => set(local, add(get(local), int(by)));
  const take = (from: number): Code => lanes.map((lane, i) => set(lane, maxFloats(get(lane), load(get(from), 16 * i))));
  const row: Code = [
    lanes.map((lane, i) => set(lane, load(get(I.x), 16 * i))),
    set(I.last, sub(add(get(I.x), get(I.bytes)), int(BLOCK))),
    next(I.x, BLOCK),
    when(less(get(I.x), get(I.last)), repeat([take(I.x), next(I.x, BLOCK)], less(get(I.x), get(I.last)))),
    take(I.last),
    others.map((lane) => set(one, maxFloats(get(one), get(lane)))),
    [2, 1].map((by) => set(one, maxFloats(get(one), turn(get(one), by)))),
    storeFirst(get(I.out), get(one)),
    set(I.x, add(get(I.last), int(BLOCK))),
    next(I.out, 4),
    set(I.rows, sub(get(I.rows), int(1))),
  ];
  return { name: 'rowMax', params: 4, integers: 1, vectors: LANES, body: repeat(row, get(I.rows)) };
}
