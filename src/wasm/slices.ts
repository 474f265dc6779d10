import { backend_util, Slice, SplitV, slice_util, type Tensor, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { address, itemSize, type KernelCall, sizeOf, type WasmBackend, type WasmKernel } from './backend.js';

type SliceCall = KernelCall<{ x: Tensor }, { readonly begin: number | number[]; readonly size: number | number[] }>;
type SplitCall = KernelCall<{ x: Tensor }, { readonly numOrSizeSplits: number | number[]; readonly axis: number }>;

/** A part of a tensor, copied inside the heap; tfjs's kernel copies the whole tensor out first. */
export const sliceKernel: WasmKernel = {
  name: Slice,
  make: (stock) => (call: SliceCall) => {
    const { x } = call.inputs;
    if (itemSize(x) === 0) return stock(call as never);
    const [begin, size] = slice_util.parseSliceParams(x, call.attrs.begin, call.attrs.size);
    return part(call.backend, x, begin as number[], size as number[]);
  },
};

/** Parts along one axis, as {@link sliceKernel}. */
export const splitKernel: WasmKernel = {
  name: SplitV,
  make: (stock) => (call: SplitCall) => {
    const { x } = call.inputs;
    if (itemSize(x) === 0) return stock(call as never);
    const axis = util.parseAxisParam(call.attrs.axis, x.shape)[0] as number;
    let start = 0;
    return backend_util.prepareSplitSize(x, call.attrs.numOrSizeSplits, axis).map((length) => {
      const begin = x.shape.map((_, i) => (i === axis ? start : 0));
      start += length;
      return part(
        call.backend,
        x,
        begin,
        x.shape.map((n, i) => (i === axis ? length : n)),
      );
    });
  },
};

function part(backend: WasmBackend, x: TensorInfo, begin: readonly number[], size: readonly number[]): TensorInfo {
  const out = backend.makeOutput(size.slice(), x.dtype);
  if (sizeOf(size) === 0) return out;
  let last = size.length - 1;
  while (last > 0 && size[last] === x.shape[last]) last--;
  const strides = x.shape.map((_, i) => sizeOf(x.shape.slice(i + 1)) * itemSize(x));
  const length = sizeOf(size.slice(Math.max(last, 0))) * itemSize(x);
  const heap = backend.wasm.HEAPU8;
  let target = address(backend, out);
  const walk = (axis: number, start: number): void => {
    const from = start + (begin[axis] ?? 0) * (strides[axis] ?? 0);
    if (axis >= last) {
      heap.copyWithin(target, from, from + length);
      target += length;
      return;
    }
    for (let i = 0; i < (size[axis] as number); i++) walk(axis + 1, from + i * (strides[axis] as number));
  };
  walk(0, address(backend, x));
  return out;
}
