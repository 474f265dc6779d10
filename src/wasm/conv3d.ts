import {
  Conv3D,
  Conv3DBackpropInputV2,
  concat,
  engine,
  matMul,
  reshape,
  reverse,
  type Tensor,
  type Tensor2D,
  type Tensor5D,
  type TensorInfo,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { floatAddress, floats, type KernelCall, type WasmBackend, type WasmKernel, zeroOutput } from './backend.js';
import { type Axis, conv3dGeometry, type Geometry, taps, type WindowAttrs, windows } from './geometry.js';
import { copy, patches } from './patches.js';

/** Floats of the window rows that are worked on at a time. */
const CHUNK = 1 << 19;

type ForwardCall = KernelCall<{ x: Tensor5D; filter: Tensor5D }, WindowAttrs>;
type InputCall = KernelCall<{ dy: Tensor5D; filter: Tensor5D }, WindowAttrs & { readonly inputShape: number[] }>;

/** Convolution in three dimensions as matrix products; tfjs's kernel for WASM is a plain loop. */
export const conv3dKernel: WasmKernel = {
  name: Conv3D,
  make:
    () =>
    ({ inputs: { x, filter }, attrs, backend }: ForwardCall): Tensor =>
      tidy(() => {
        const g = conv3dGeometry(x.shape, filter.shape, attrs);
        const shape = [g.batch, ...g.axes.map((axis) => axis.out), g.outChannels];
        return reshape(convolve(backend, x, reshape(filter, [-1, g.outChannels]), g), shape);
      }),
};

/** Gradient of conv3d in its input; tfjs's kernel for WASM gives wrong numbers. */
export const conv3dInputGradient: WasmKernel = {
  name: Conv3DBackpropInputV2,
  make:
    () =>
    ({ inputs: { dy, filter }, attrs, backend }: InputCall): Tensor =>
      tidy(() => {
        const g = conv3dGeometry(attrs.inputShape, filter.shape, attrs);
        const turned = reshape(transpose(reverse(filter, [0, 1, 2]), [0, 1, 2, 4, 3]), [-1, g.inChannels]);
        const canvas = engine().makeTensorFromTensorInfo(stuff(backend, dy, g));
        return reshape(convolve(backend, canvas, turned, transposed(g)), attrs.inputShape);
      }),
};

/** Window rows times the filter `[taps * inChannels, outChannels]`, a chunk of windows at a time. */
function convolve(backend: WasmBackend, x: TensorInfo, filter: Tensor, g: Geometry): Tensor2D {
  const rows = Math.max(64, Math.floor(CHUNK / (taps(g) * g.inChannels)));
  const parts: Tensor2D[] = [];
  for (let first = 0; first < windows(g); first += rows) {
    const count = Math.min(rows, windows(g) - first);
    parts.push(
      tidy(() => matMul<Tensor2D>(engine().makeTensorFromTensorInfo(patches(backend, x, g, first, count)), filter)),
    );
  }
  return parts.length === 1 ? (parts[0] as Tensor2D) : concat(parts, 0);
}

const reach = (axis: Axis): number => (axis.taps - 1) * axis.dilation;

/** The convolution with stride 1 over the stuffed output gradient that gives the input gradient. */
function transposed(g: Geometry): Geometry {
  const axes = g.axes.map((axis) => ({ ...axis, size: axis.size + reach(axis), out: axis.size, stride: 1, pad: 0 }));
  return { batch: g.batch, inChannels: g.outChannels, outChannels: g.inChannels, axes: axes as [Axis, Axis, Axis] };
}

/** The output gradient, stride positions apart, on a canvas of zeros that covers the input and its windows. */
function stuff(backend: WasmBackend, dy: TensorInfo, g: Geometry): TensorInfo {
  const [depth, height, width] = transposed(g).axes;
  const out = zeroOutput(backend, [g.batch, depth.size, height.size, width.size, g.outChannels]);
  const heap = floats(backend);
  const at = (axis: Axis, i: number): number => i * axis.stride + reach(axis) - axis.pad;
  let source = floatAddress(backend, dy);
  for (let b = 0; b < g.batch; b++) {
    for (let oz = 0; oz < g.axes[0].out; oz++) {
      for (let oy = 0; oy < g.axes[1].out; oy++) {
        for (let ox = 0; ox < g.axes[2].out; ox++, source += g.outChannels) {
          const [z, y, x] = [at(g.axes[0], oz), at(g.axes[1], oy), at(g.axes[2], ox)];
          if (z < 0 || z >= depth.size || y < 0 || y >= height.size || x < 0 || x >= width.size) continue;
          const pixel = ((b * depth.size + z) * height.size + y) * width.size + x;
          copy(heap, floatAddress(backend, out) + pixel * g.outChannels, source, g.outChannels);
        }
      }
    }
  }
  return out;
}
