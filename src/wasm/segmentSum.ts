import { type TensorInfo, UnsortedSegmentSum } from '@tensorflow/tfjs-core';
import { floatsOf, intsOf, type KernelCall, sizeOf, type WasmKernel, zeroOutput } from './backend.js';

type Call = KernelCall<{ x: TensorInfo; segmentIds: TensorInfo }, { readonly numSegments: number }>;

/** Sums rows of the same segment; rows with an id below 0 or beyond the last segment are dropped. */
export const segmentSum: WasmKernel = {
  name: UnsortedSegmentSum,
  make:
    () =>
    ({ inputs: { x, segmentIds }, attrs: { numSegments }, backend }: Call): TensorInfo => {
      const rest = x.shape.slice(segmentIds.shape.length);
      const out = zeroOutput(backend, [numSegments, ...rest]);
      const [values, sums] = [floatsOf(backend, x), floatsOf(backend, out)];
      const ids = intsOf(backend, segmentIds);
      const length = sizeOf(rest);
      for (let row = 0; row < ids.length; row++) {
        const id = ids[row] as number;
        if (!(id >= 0 && id < numSegments)) continue;
        for (let i = 0; i < length; i++) sums[id * length + i]! += values[row * length + i] as number;
      }
      return out;
    },
};
