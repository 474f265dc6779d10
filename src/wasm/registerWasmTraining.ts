import {
  Conv2D,
  type GradConfig,
  getBackend,
  getGradient,
  getKernel,
  type KernelFunc,
  registerGradient,
  registerKernel,
  unregisterGradient,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import type { WasmKernel, WasmKernelFunc } from './backend.js';
import { batchNormGradient, batchNormKernel } from './batchNorm.js';
import { meanKernel, sumKernel } from './columnSums.js';
import { conv3dInputGradient, conv3dKernel } from './conv3d.js';
import { convGradients } from './convGradients.js';
import { castKernel, identityKernel } from './copies.js';
import { depthwiseFilterGradient, depthwiseInputGradient } from './depthwiseGradients.js';
import { erfKernel } from './erf.js';
import { expKernel } from './exp.js';
import { conv2dFilterGradient, conv3dFilterGradient } from './filterGradient.js';
import { gatherGradient, gatherKernel } from './gather.js';
import { conv2dInputGradient } from './inputGradient.js';
import { batchMatMul, fusedMatMul } from './matMul.js';
import { maxPool3dKernel } from './maxPool3d.js';
import { guardMemory } from './memoryGuard.js';
import { paddedKernels } from './paddedKernels.js';
import { poolGradients } from './poolGradients.js';
import { reductionGradients } from './reductionGradients.js';
import { resizeGradients } from './resizeGradients.js';
import { maxKernel } from './rowMax.js';
import { segmentSum } from './segmentSum.js';
import { sliceKernel, splitKernel } from './slices.js';
import { tanhKernel } from './tanh.js';
import { tileKernel } from './tile.js';
import { transposeKernel } from './transpose.js';

/** Name of the backend in tfjs's registries. */
const WASM = 'wasm';

/** Marks our kernels, so that a second call, even from another copy of this module, leaves them alone. */
const MARK = Symbol.for('selfsup.wasm.training');

const KERNELS: readonly WasmKernel[] = [
  batchMatMul,
  batchNormKernel,
  castKernel,
  conv2dFilterGradient,
  conv2dInputGradient,
  conv3dFilterGradient,
  conv3dInputGradient,
  conv3dKernel,
  depthwiseFilterGradient,
  depthwiseInputGradient,
  erfKernel,
  expKernel,
  fusedMatMul,
  gatherKernel,
  identityKernel,
  maxKernel,
  maxPool3dKernel,
  meanKernel,
  ...paddedKernels,
  ...poolGradients,
  ...resizeGradients,
  segmentSum,
  sliceKernel,
  splitKernel,
  sumKernel,
  tanhKernel,
  tileKernel,
  transposeKernel,
];

const GRADIENTS: readonly GradConfig[] = [batchNormGradient, ...convGradients, gatherGradient, ...reductionGradients];

/**
 * Makes tfjs's WASM backend fit for training: registers the kernels that it lacks, gets wrong or runs slowly, and the
 * gradients that use them. Gradients on other backends stay as they are. A second call does nothing.
 *
 * It also guards the backend's memory: a tensor that does not fit throws, where stock tfjs overwrites other tensors, and a
 * backend whose kernel stopped with a trap throws from then on.
 *
 * Call it once, before the first model runs; import `@tensorflow/tfjs-backend-wasm` and `@tensorflow/tfjs-layers` (which
 * registers tfjs's gradients) first.
 *
 * @throws Error if one of the two packages has not been imported, or not into this copy of tfjs-core.
 * @example
 * ```ts
 * import '@tensorflow/tfjs-layers';
 * import '@tensorflow/tfjs-backend-wasm';
 * import { setBackend } from '@tensorflow/tfjs-core';
 * import { registerWasmTraining } from 'selfsup/wasm';
 *
 * registerWasmTraining();
 * await setBackend('wasm');
 * ```
 */
export function registerWasmTraining(): void {
  if (getKernel(Conv2D, WASM) === undefined) {
    throw new Error(
      "registerWasmTraining: the kernels of backend 'wasm' must be registered, got none; import '@tensorflow/tfjs-backend-wasm' first, with the same copy of '@tensorflow/tfjs-core'.",
    );
  }
  if (getGradient(Conv2D) === undefined) {
    throw new Error(
      "registerWasmTraining: tfjs's gradients must be registered, got none; import '@tensorflow/tfjs-layers' (or '@tensorflow/tfjs') first.",
    );
  }
  for (const kernel of KERNELS) replaceKernel(kernel);
  for (const gradient of GRADIENTS) replaceGradient(gradient);
  guardMemory(WASM);
}

function replaceKernel({ name, make }: WasmKernel): void {
  const stock = getKernel(name, WASM);
  if (stock !== undefined && MARK in stock.kernelFunc) return;
  if (stock !== undefined) unregisterKernel(name, WASM);
  const kernelFunc = make((stock?.kernelFunc ?? missing(name)) as unknown as WasmKernelFunc) as unknown as KernelFunc;
  registerKernel({
    ...stock,
    kernelName: name,
    backendName: WASM,
    kernelFunc: Object.assign(kernelFunc, { [MARK]: true }),
  });
}

function missing(name: string): WasmKernelFunc {
  return () => {
    throw new Error(`registerWasmTraining: tfjs has no kernel '${name}' for backend 'wasm'.`);
  };
}

/** Puts a gradient in place for the WASM backend; on others tfjs's own goes on. */
function replaceGradient(ours: GradConfig): void {
  const stock = getGradient(ours.kernelName);
  if (stock === undefined || MARK in stock.gradFunc) return;
  unregisterGradient(ours.kernelName);
  const gradFunc: GradConfig['gradFunc'] = (dy, saved, attrs) =>
    (getBackend() === WASM ? ours : stock).gradFunc(dy, saved, attrs);
  registerGradient({ ...stock, gradFunc: Object.assign(gradFunc, { [MARK]: true }) });
}
