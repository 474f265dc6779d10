import { AvgPool3DGrad, AvgPoolGrad, MaxPool3DGrad, MaxPoolGrad, type TensorInfo } from '@tensorflow/tfjs-core';
import { floatsOf, type KernelCall, type WasmKernel, zeroOutput } from './backend.js';
import { type Axis, type Geometry, poolGeometry, taps, type WindowAttrs, windows } from './geometry.js';
import { validPositions } from './positions.js';

type Call = KernelCall<{ dy: TensorInfo; input: TensorInfo }, WindowAttrs & { readonly filterSize: number | number[] }>;

/** Adds what the windows pass back to `dx`; `x` is the input. */
type Spread = (g: Geometry, x: Float32Array, dy: Float32Array, dx: Float32Array) => void;

/**
 * Gradients of the pools. tfjs's kernels for WASM lose the gradient of a window whose maximum is not positive, and divide
 * by the full window where part of it lies in the padding, unlike the forward pass.
 */
export const poolGradients: readonly WasmKernel[] = [
  { name: MaxPoolGrad, make: () => run(spreadMax) },
  { name: MaxPool3DGrad, make: () => run(spreadMax) },
  { name: AvgPoolGrad, make: () => run(spreadMean) },
  { name: AvgPool3DGrad, make: () => run(spreadMean) },
];

function run(spread: Spread) {
  return ({ inputs: { dy, input }, attrs, backend }: Call): TensorInfo => {
    const g = withOutput(poolGeometry(input.shape, attrs), dy.shape);
    const dx = zeroOutput(backend, input.shape);
    spread(g, floatsOf(backend, input), floatsOf(backend, dy), floatsOf(backend, dx));
    return dx;
  };
}

/** tfjs's gradients leave out the rounding mode of the forward pass, so the output's size is read off its gradient. */
function withOutput(g: Geometry, dy: readonly number[]): Geometry {
  const sizes = dy.length === 5 ? dy.slice(1, 4) : [1, ...dy.slice(1, 3)];
  const axes = g.axes.map((axis, i) => ({ ...axis, out: sizes[i] as number })) as [Axis, Axis, Axis];
  return { ...g, axes };
}

/** The first position with the largest value takes the whole gradient. */
const spreadMax: Spread = (g, x, dy, dx) => {
  const channels = g.inChannels;
  const positions = new Int32Array(taps(g));
  const best = new Float32Array(channels);
  const at = new Int32Array(channels);
  for (let w = 0; w < windows(g); w++) {
    const count = validPositions(g, w, positions);
    for (let t = 0; t < count; t++) {
      const start = (positions[t] as number) * channels;
      for (let c = 0; c < channels; c++) {
        const value = x[start + c] as number;
        if (t === 0 || value > (best[c] as number)) {
          best[c] = value;
          at[c] = start + c;
        }
      }
    }
    if (count === 0) continue;
    for (let c = 0; c < channels; c++) dx[at[c] as number]! += dy[w * channels + c] as number;
  }
};

/** Every position inside the input takes an equal share. */
const spreadMean: Spread = (g, _x, dy, dx) => {
  const channels = g.inChannels;
  const positions = new Int32Array(taps(g));
  for (let w = 0; w < windows(g); w++) {
    const count = validPositions(g, w, positions);
    for (let t = 0; t < count; t++) {
      const start = (positions[t] as number) * channels;
      for (let c = 0; c < channels; c++) dx[start + c]! += (dy[w * channels + c] as number) / count;
    }
  }
};
