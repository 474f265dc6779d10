import { type Tensor, type TensorInfo, Tile } from '@tensorflow/tfjs-core';
import { address, itemSize, type KernelCall, sizeOf, type WasmKernel } from './backend.js';

type Call = KernelCall<{ x: Tensor }, { readonly reps: number[] }>;

/** Repeats a tensor along its axes by doubling copies inside the heap. */
export const tileKernel: WasmKernel = {
  name: Tile,
  make:
    (stock) =>
    (call: Call): TensorInfo => {
      const { x } = call.inputs;
      const { reps } = call.attrs;
      if (itemSize(x) === 0) return stock(call as never) as TensorInfo;
      const shape = x.shape.map((n, i) => n * (reps[i] as number));
      const out = call.backend.makeOutput(shape, x.dtype);
      if (sizeOf(shape) === 0) return out;
      const heap = call.backend.wasm.HEAPU8;
      let whole = reps.length;
      while (whole > 0 && reps[whole - 1] === 1) whole--;
      /** Writes the tiled block of `axis` at `target` and returns its length; `source` is where it comes from. */
      const write = (axis: number, source: number, target: number): number => {
        if (axis === whole) {
          const length = sizeOf(x.shape.slice(axis)) * itemSize(x);
          heap.copyWithin(target, source, source + length);
          return length;
        }
        const step = sizeOf(x.shape.slice(axis + 1)) * itemSize(x);
        let length = 0;
        for (let i = 0; i < (x.shape[axis] as number); i++)
          length += write(axis + 1, source + i * step, target + length);
        return repeat(heap, target, length, reps[axis] as number);
      };
      write(0, address(call.backend, x), address(call.backend, out));
      return out;
    },
};

/** Repeats a block in place, and returns the length of all of it. */
function repeat(heap: Uint8Array, start: number, length: number, times: number): number {
  const total = length * times;
  for (let done = length; done < total; done *= 2) {
    heap.copyWithin(start + done, start, start + Math.min(done, total - done));
  }
  return total;
}
