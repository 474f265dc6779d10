import { Cast, Identity, type TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall, WasmKernel } from './backend.js';

type Call = KernelCall<{ x: TensorInfo }, { readonly dtype?: string }>;

/** A copy that shares its data, as on tfjs's other backends; every saved input of a gradient is one. */
export const identityKernel: WasmKernel = { name: Identity, make: () => share };

/** A cast to the same dtype shares its data too. */
export const castKernel: WasmKernel = {
  name: Cast,
  make: (stock) => (call: Call) => (call.inputs.x.dtype === call.attrs.dtype ? share(call) : stock(call as never)),
};

function share({ inputs: { x }, backend }: Call): TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}
