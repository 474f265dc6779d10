import { avgPool, Mean, mul, reshape, Sum, type Tensor, type Tensor4D, tidy, util } from '@tensorflow/tfjs-core';
import { type KernelCall, sizeOf, type WasmKernel, type WasmKernelFunc } from './backend.js';

/** Channels that avgPool takes without harm: from 16,384 on it writes past the end of its stack of 64 KB. */
const CHANNELS = 8192;

type Call = KernelCall<{ x: Tensor }, { readonly axis: number | number[]; readonly keepDims: boolean }>;

/** Sums over axes that are not the last: an average pool, where tfjs's kernel transposes first. */
export const sumKernel: WasmKernel = { name: Sum, make: (stock) => run(stock, (count) => count) };

/** Means, as {@link sumKernel}. */
export const meanKernel: WasmKernel = { name: Mean, make: (stock) => run(stock, () => 1) };

function run(stock: WasmKernelFunc, factor: (count: number) => number) {
  return (call: Call) => {
    const { x } = call.inputs;
    const axes = util.parseAxisParam(call.attrs.axis, x.shape).sort((a, b) => a - b);
    const [first, last] = [axes[0] ?? 0, axes.at(-1) ?? 0];
    const block = axes.length > 0 && last - first + 1 === axes.length && last < x.shape.length - 1;
    const width = block ? widthOf(sizeOf(x.shape.slice(last + 1))) : null;
    if (width === null || x.dtype !== 'float32' || sizeOf(x.shape) === 0) return stock(call as never);
    return tidy(() => {
      const outer = sizeOf(x.shape.slice(0, first));
      const count = sizeOf(x.shape.slice(first, last + 1));
      const means = meanOfMiddle(x, outer, count, width);
      const scaled = factor(count) === 1 ? means : mul(means, factor(count));
      const kept = x.shape.flatMap((n, i) => (axes.includes(i) ? (call.attrs.keepDims ? [1] : []) : [n]));
      return reshape(scaled, kept);
    });
  };
}

/** Mean of `[outer, count, inner]` over the middle axis; the innermost one is taken as `width` pixels. */
function meanOfMiddle(x: Tensor, outer: number, count: number, width: number): Tensor {
  const parts = outer === 1 ? divisor(count) : 1;
  const mean = (y: Tensor, rows: number, window: number): Tensor =>
    avgPool(reshape(y, [rows, window, width, -1]) as Tensor4D, [window, 1], 1, 'valid');
  const pooled = mean(x, outer * parts, count / parts);
  return parts === 1 ? pooled : mean(pooled, 1, parts);
}

/** Into how many pixels a long axis is cut, each of not too many channels; null if they would be too narrow to be fast. */
function widthOf(inner: number): number | null {
  let width = Math.max(1, Math.ceil(inner / CHANNELS));
  while (width * 64 <= inner && inner % width !== 0) width++;
  return width === 1 || width * 64 <= inner ? width : null;
}

/** The largest divisor up to the root: two short sums round less than a long one. */
function divisor(count: number): number {
  let d = Math.floor(Math.sqrt(count));
  while (count % d !== 0) d--;
  return d;
}
