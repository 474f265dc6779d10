import { ResizeBilinearGrad, ResizeNearestNeighborGrad, type TensorInfo } from '@tensorflow/tfjs-core';
import { floatsOf, type KernelCall, type WasmKernel, zeroOutput } from './backend.js';

interface Attrs {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

type Call = KernelCall<{ dy: TensorInfo; images: TensorInfo }, Attrs>;

/** Where one output position of an axis reads: two input positions, and the weight of the second. */
interface Source {
  readonly low: number;
  readonly high: number;
  readonly weight: number;
}

type Sample = (size: number, out: number, index: number, attrs: Attrs) => Source;

/** Gradients of the resizing ops. tfjs's kernels ignore `halfPixelCenters`. */
export const resizeGradients: readonly WasmKernel[] = [
  { name: ResizeBilinearGrad, make: () => run(bilinear) },
  { name: ResizeNearestNeighborGrad, make: () => run(nearest) },
];

function run(sample: Sample) {
  return ({ inputs: { dy, images }, attrs, backend }: Call): TensorInfo => {
    const [batch, height, width, channels] = images.shape as [number, number, number, number];
    const [, outHeight, outWidth] = dy.shape as [number, number, number, number];
    const out = zeroOutput(backend, images.shape);
    const [dx, gradient] = [floatsOf(backend, out), floatsOf(backend, dy)];
    const rows = Array.from({ length: outHeight }, (_, i) => sample(height, outHeight, i, attrs));
    const columns = Array.from({ length: outWidth }, (_, i) => sample(width, outWidth, i, attrs));
    let source = 0;
    for (let b = 0; b < batch; b++) {
      for (const row of rows) {
        for (const column of columns) {
          spread(dx, gradient, source, (y, x) => ((b * height + y) * width + x) * channels, row, column, channels);
          source += channels;
        }
      }
    }
    return out;
  };
}

/** Adds one output position's gradient to the up to four input positions that it reads. */
function spread(
  dx: Float32Array,
  dy: Float32Array,
  source: number,
  at: (y: number, x: number) => number,
  row: Source,
  column: Source,
  channels: number,
): void {
  const to = (y: number, x: number, weight: number): void => {
    if (weight === 0) return;
    const target = at(y, x);
    for (let c = 0; c < channels; c++) dx[target + c]! += (dy[source + c] as number) * weight;
  };
  to(row.low, column.low, (1 - row.weight) * (1 - column.weight));
  to(row.low, column.high, (1 - row.weight) * column.weight);
  to(row.high, column.low, row.weight * (1 - column.weight));
  to(row.high, column.high, row.weight * column.weight);
}

const bilinear: Sample = (size, out, index, attrs) => {
  const at = Math.min(size - 1, Math.max(0, sourceOf(size, out, index, attrs, 0.5)));
  const low = Math.floor(at);
  return { low, high: Math.min(size - 1, low + 1), weight: at - low };
};

const nearest: Sample = (size, out, index, attrs) => {
  const at = sourceOf(size, out, index, attrs, 0);
  const low = Math.min(size - 1, Math.max(0, attrs.alignCorners ? Math.round(at) : Math.floor(at)));
  return { low, high: low, weight: 0 };
};

/** Input coordinate of an output position; `shift` is taken off half-pixel coordinates. */
function sourceOf(size: number, out: number, index: number, attrs: Attrs, shift: number): number {
  const scale = attrs.alignCorners && out > 1 ? (size - 1) / (out - 1) : size / out;
  return attrs.halfPixelCenters ? (index + 0.5) * scale - shift : index * scale;
}
