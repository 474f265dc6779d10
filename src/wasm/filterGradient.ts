import {
  add,
  Conv2DBackpropFilter,
  Conv3DBackpropFilterV2,
  engine,
  matMul,
  pad,
  reshape,
  slice,
  type Tensor,
  type Tensor2D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { address, type KernelCall, type WasmBackend, type WasmKernel, zeroOutput } from './backend.js';
import { addCrossProduct, type CrossProduct, crossProductOf } from './crossProduct.js';
import {
  conv2dGeometry,
  conv3dGeometry,
  type Geometry,
  isPointwise,
  taps,
  type WindowAttrs,
  windows,
} from './geometry.js';
import { patches } from './patches.js';

/** Floats of the window rows that are worked on at a time: about a megabyte, which stays in the cache. */
const CHUNK = 1 << 18;

type Call = KernelCall<{ x: Tensor; dy: Tensor }, WindowAttrs & { readonly filterShape: number[] }>;

/** Gradient of conv2d in its filter; takes `dilations` beside tfjs's attributes. */
export const conv2dFilterGradient: WasmKernel = {
  name: Conv2DBackpropFilter,
  make: () => run(conv2dGeometry),
};

/** Gradient of conv3d in its filter; tfjs's kernel for WASM gives wrong numbers. */
export const conv3dFilterGradient: WasmKernel = {
  name: Conv3DBackpropFilterV2,
  make: () => run(conv3dGeometry),
};

function run(geometryOf: (x: number[], filter: number[], attrs: WindowAttrs) => Geometry) {
  return ({ inputs: { x, dy }, attrs, backend }: Call): Tensor =>
    tidy(() => {
      const g = geometryOf(x.shape, attrs.filterShape, attrs);
      const gradients = reshape(dy, [windows(g), g.outChannels]) as Tensor2D;
      return reshape(filterGradient(backend, x, gradients, g), attrs.filterShape);
    });
}

/** `[taps * inChannels, outChannels]` from an input and an output gradient `[windows, outChannels]`. */
function filterGradient(backend: WasmBackend, x: Tensor, dy: Tensor2D, g: Geometry): Tensor {
  if (isPointwise(g)) return matMul(reshape(x, [-1, g.inChannels]) as Tensor2D, dy, true);
  const product = crossProductOf(backend);
  if (product === null) return byTransposing(backend, x, dy, g);
  const extra = -g.outChannels & 7;
  const padding: [number, number][] = [
    [0, 0],
    [0, extra],
  ];
  const wide = extra === 0 ? dy : pad(dy, padding);
  const sum = byCrossProducts(backend, product, x, wide, g);
  return slice(sum, [0, 0], [taps(g) * g.inChannels, g.outChannels]);
}

/** Sum over chunks of windows of (window rows transposed) x (output gradient), in place. */
function byCrossProducts(backend: WasmBackend, product: CrossProduct, x: Tensor, dy: Tensor2D, g: Geometry): Tensor2D {
  const [total, n] = dy.shape;
  const m = (taps(g) * g.inChannels + 3) & ~3;
  const sum = zeroOutput(backend, [m, n]);
  for (const [first, count] of chunks(total, CHUNK / m)) {
    const rows = patches(backend, x, g, first, count, m);
    const gradients = address(backend, dy) + 4 * first * n;
    addCrossProduct(product, [address(backend, rows), gradients, address(backend, sum)], [count, m, n]);
    backend.disposeData(rows.dataId);
  }
  return engine().makeTensorFromTensorInfo(sum) as Tensor2D;
}

/** The same with tfjs's kernels alone: sum over chunks of (output gradient transposed) x (window rows), transposed. */
function byTransposing(backend: WasmBackend, x: Tensor, dy: Tensor2D, g: Geometry): Tensor2D {
  let sum: Tensor2D | undefined;
  for (const [first, count] of chunks(windows(g), CHUNK / (taps(g) * g.inChannels))) {
    const before: Tensor2D | undefined = sum;
    sum = tidy((): Tensor2D => {
      const columns = transpose(slice(dy, [first, 0], [count, g.outChannels]));
      const rows = engine().makeTensorFromTensorInfo(patches(backend, x, g, first, count)) as Tensor2D;
      const part = matMul<Tensor2D>(columns, rows);
      return before === undefined ? part : add<Tensor2D>(before, part);
    });
    before?.dispose();
  }
  return transpose(sum as Tensor2D);
}

/** First window and number of windows of each chunk. */
function chunks(total: number, size: number): [number, number][] {
  const rows = Math.max(512, Math.floor(size));
  const starts = Array.from({ length: Math.ceil(total / rows) }, (_, i) => i * rows);
  return starts.map((first) => [first, Math.min(rows, total - first)]);
}
