import { MaxPool3D, type TensorInfo } from '@tensorflow/tfjs-core';
import { floatsOf, type KernelCall, type WasmKernel } from './backend.js';
import { poolGeometry, taps, type WindowAttrs, windows } from './geometry.js';
import { validPositions } from './positions.js';

type Call = KernelCall<{ x: TensorInfo }, WindowAttrs & { readonly filterSize: number | number[] }>;

/** Maximum over three-dimensional windows; tfjs's kernel for WASM takes no maximum below zero. */
export const maxPool3dKernel: WasmKernel = {
  name: MaxPool3D,
  make:
    () =>
    ({ inputs: { x }, attrs, backend }: Call): TensorInfo => {
      const g = poolGeometry(x.shape, attrs);
      const out = backend.makeOutput([g.batch, ...g.axes.map((axis) => axis.out), g.inChannels], 'float32');
      const [values, best] = [floatsOf(backend, x), floatsOf(backend, out)];
      const positions = new Int32Array(taps(g));
      const channels = g.inChannels;
      for (let w = 0; w < windows(g); w++) {
        const count = validPositions(g, w, positions);
        for (let t = 0; t < count; t++) {
          const start = (positions[t] as number) * channels;
          for (let c = 0; c < channels; c++) {
            const value = values[start + c] as number;
            if (t === 0 || value > (best[w * channels + c] as number)) best[w * channels + c] = value;
          }
        }
      }
      return out;
    },
};
