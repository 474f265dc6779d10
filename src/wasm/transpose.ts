import { reshape, type Tensor, Transpose, tidy, transpose } from '@tensorflow/tfjs-core';
import { type KernelCall, sizeOf, type WasmKernel } from './backend.js';

type Call = KernelCall<{ x: Tensor }, { readonly perm: number[] }>;

/** Most axes that tfjs's kernel has a fast way for. */
const FEW = 4;

/** Transposes many axes by moving one after the other to its place; tfjs's kernel works out every index anew. */
export const transposeKernel: WasmKernel = {
  name: Transpose,
  make: (stock) => (call: Call) => {
    const { x } = call.inputs;
    const { perm } = call.attrs;
    const long = perm.filter((axis) => x.shape[axis] !== 1);
    if (long.length <= FEW || x.size === 0) return stock(call as never);
    return tidy(() => {
      const order = perm.map((_, i) => i);
      let moved = x;
      for (const [to, axis] of perm.entries()) {
        const from = order.indexOf(axis);
        const size = (first: number, end?: number): number =>
          sizeOf(order.slice(first, end).map((i) => x.shape[i] as number));
        const parts = [size(0, to), size(to, from), size(from, from + 1), size(from + 1)];
        if (from !== to) moved = transpose(reshape(moved, parts), [0, 2, 1, 3]);
        order.splice(to, 0, ...order.splice(from, 1));
      }
      return reshape(
        moved,
        perm.map((axis) => x.shape[axis] as number),
      );
    });
  },
};
