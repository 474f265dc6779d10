import {
  add,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  depthwiseConv2d,
  engine,
  mul,
  reshape,
  slice,
  sum,
  type Tensor,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import type { KernelCall, WasmBackend, WasmKernel } from './backend.js';
import { conv2dGeometry, type Geometry, taps, type WindowAttrs, windows } from './geometry.js';
import { patches } from './patches.js';
import { gradientByPhases } from './phases.js';

/** Floats that are worked on at a time: about a megabyte, which stays in the cache. */
const CHUNK = 1 << 18;

type FilterCall = KernelCall<{ x: Tensor4D; dy: Tensor4D }, WindowAttrs & { readonly filterShape: number[] }>;
type InputCall = KernelCall<{ dy: Tensor4D; filter: Tensor4D }, WindowAttrs & { readonly inputShape: number[] }>;

/** Gradient of depthwiseConv2d in its filter `[height, width, inChannels, multiplier]`. */
export const depthwiseFilterGradient: WasmKernel = {
  name: DepthwiseConv2dNativeBackpropFilter,
  make:
    () =>
    ({ inputs: { x, dy }, attrs, backend }: FilterCall): Tensor =>
      tidy(() => {
        const g = conv2dGeometry(x.shape, attrs.filterShape, attrs, true);
        const total = windows(g);
        const rows = Math.max(64, Math.floor(CHUNK / (taps(g) * g.outChannels)));
        let result: Tensor | undefined;
        for (let first = 0; first < total; first += rows) {
          const before: Tensor | undefined = result;
          const part = chunk(backend, x, dy, g, first, Math.min(rows, total - first));
          result = before === undefined ? part : tidy(() => add(before, part));
          if (before !== undefined) for (const used of [before, part]) used.dispose();
        }
        return reshape(result as Tensor, attrs.filterShape);
      }),
};

/** Gradient of depthwiseConv2d in its input. */
export const depthwiseInputGradient: WasmKernel = {
  name: DepthwiseConv2dNativeBackpropInput,
  make:
    () =>
    ({ inputs: { dy, filter }, attrs, backend }: InputCall): Tensor4D =>
      tidy(() => {
        const g = conv2dGeometry(attrs.inputShape, filter.shape, attrs, true);
        const [height, width, channels, multiplier] = filter.shape;
        const flat = reshape(filter, [height, width, channels * multiplier, 1]) as Tensor4D;
        return gradientByPhases(backend, g, dy, flat, (part, filterPart, pad, dilations) => {
          const each = depthwiseConv2d(part, filterPart, 1, pad, 'NHWC', dilations);
          if (multiplier === 1) return each;
          const [batch, rows, columns] = each.shape;
          return sum<Tensor4D>(reshape(each, [batch, rows, columns, channels, multiplier]), 4);
        });
      }),
};

/** Sum over some windows of each tap's input times the output gradient, `[taps * outChannels]`. */
function chunk(backend: WasmBackend, x: Tensor4D, dy: Tensor4D, g: Geometry, first: number, rows: number): Tensor {
  return tidy(() => {
    const multiplier = g.outChannels / g.inChannels;
    const inputs = engine().makeTensorFromTensorInfo(patches(backend, x, g, first, rows));
    const gradients = slice(reshape(dy, [-1, g.outChannels]), [first, 0], [rows, g.outChannels]);
    const products =
      multiplier === 1
        ? mul(reshape(inputs, [rows, taps(g), g.inChannels]), reshape(gradients, [rows, 1, g.inChannels]))
        : mul(
            reshape(inputs, [rows, taps(g), g.inChannels, 1]),
            reshape(gradients, [rows, 1, g.inChannels, multiplier]),
          );
    return sum(reshape(products, [rows, taps(g) * g.outChannels]), 0);
  });
}
