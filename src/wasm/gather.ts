import {
  backend_util,
  GatherV2,
  type GradConfig,
  reshape,
  type Tensor,
  type TensorInfo,
  tensor1d,
  unsortedSegmentSum,
  util,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { address, intsOf, itemSize, type KernelCall, type WasmKernel } from './backend.js';

type Call = KernelCall<{ x: Tensor; indices: Tensor }, { readonly axis: number; readonly batchDims: number }>;

/** Gather with batch axes, which tfjs's kernel for WASM gets wrong; without, the stock kernel. */
export const gatherKernel: WasmKernel = {
  name: GatherV2,
  make: (stock) => (call: Call) => (call.attrs.batchDims === 0 ? stock(call as never) : batchedGather(call)),
};

/** Gradient of gather, with or without batch axes. */
export const gatherGradient: GradConfig = {
  kernelName: GatherV2,
  inputsToSave: ['x', 'indices'],
  gradFunc: (dy, saved, attrs) => {
    const [x, indices] = saved as [Tensor, Tensor];
    const { axis, batchDims } = attrs as Call['attrs'];
    return {
      x: () => {
        const { batchSize, outerSize, dimSize, sliceSize } = shapeOf(x, indices, axis, batchDims);
        const rows = rowsOf(indices.dataSync<'int32'>(), batchSize, outerSize, dimSize);
        const values = reshape(dy as Tensor, [rows.length, sliceSize]);
        return reshape(unsortedSegmentSum(values, tensor1d(rows, 'int32'), batchSize * outerSize * dimSize), x.shape);
      },
      indices: () => zerosLike(indices),
    };
  },
};

function batchedGather({ inputs: { x, indices }, attrs, backend }: Call): TensorInfo {
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } = shapeOf(x, indices, attrs.axis, attrs.batchDims);
  const out = backend.makeOutput(outputShape, x.dtype);
  const rows = rowsOf(intsOf(backend, indices), batchSize, outerSize, dimSize);
  const bytes = sliceSize * itemSize(x);
  const [from, to] = [address(backend, x), address(backend, out)];
  const heap = backend.wasm.HEAPU8;
  for (let i = 0; i < rows.length; i++) {
    const start = from + (rows[i] as number) * bytes;
    heap.copyWithin(to + i * bytes, start, start + bytes);
  }
  return out;
}

function shapeOf(x: Tensor, indices: Tensor, axis: number, batchDims: number) {
  const parsed = util.parseAxisParam(axis, x.shape)[0] as number;
  return backend_util.segment_util.collectGatherOpShapeInfo(x, indices, parsed, batchDims);
}

/** Row of `[batch * outer * size, slice]` that each row of the result comes from. */
function rowsOf(indices: Int32Array, batch: number, outer: number, size: number): Int32Array {
  const each = indices.length / batch;
  const rows = new Int32Array(batch * outer * each);
  let i = 0;
  for (let b = 0; b < batch; b++) {
    for (let o = 0; o < outer; o++) {
      for (let j = 0; j < each; j++) {
        const index = indices[b * each + j] as number;
        if (!(index >= 0 && index < size))
          throw new Error(`GatherV2: the index value ${index} is not in [0, ${size - 1}]`);
        rows[i++] = (b * outer + o) * size + index;
      }
    }
  }
  return rows;
}
