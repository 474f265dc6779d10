import {
  AvgPool,
  Conv2D,
  DepthwiseConv2dNative,
  FusedConv2D,
  FusedDepthwiseConv2D,
  MaxPool,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { KernelCall, WasmKernel } from './backend.js';
import { type Axis, conv2dGeometry, explicitPad, type Geometry, poolGeometry, type WindowAttrs } from './geometry.js';

interface Attrs extends WindowAttrs {
  readonly filterSize?: number | number[];
}

type Call = KernelCall<{ x: TensorInfo; filter?: TensorInfo }, Attrs>;

/**
 * Forward kernels, called with their padding written out. tfjs-core takes one number of padding to mean square windows
 * and strides, and makes the result too small for what the kernel writes, over other tensors; and with padding 'same'
 * the kernel goes wrong where a stride is longer than the window.
 */
export const paddedKernels: readonly WasmKernel[] = [
  AvgPool,
  Conv2D,
  DepthwiseConv2dNative,
  FusedConv2D,
  FusedDepthwiseConv2D,
  MaxPool,
].map((name) => ({
  name,
  make: (stock) => (call: Call) =>
    stock({ ...call, attrs: { ...call.attrs, pad: writtenOut(call, name.includes('Depthwise')) } } as never),
}));

function writtenOut({ inputs: { x, filter }, attrs }: Call, depthwise: boolean): WindowAttrs['pad'] {
  if (attrs.pad !== 'same') return explicitPad(attrs.pad);
  const g: Geometry = filter
    ? conv2dGeometry(x.shape, filter.shape, attrs, depthwise)
    : poolGeometry(x.shape, { ...attrs, filterSize: attrs.filterSize as number | number[] });
  const [, height, width] = g.axes;
  return [
    [0, 0],
    [height.pad, behind(height)],
    [width.pad, behind(width)],
    [0, 0],
  ];
}

/** Padding behind the input that the last window needs. */
function behind({ size, out, taps, stride, dilation, pad }: Axis): number {
  return Math.max(0, (out - 1) * stride + (taps - 1) * dilation + 1 - size - pad);
}
