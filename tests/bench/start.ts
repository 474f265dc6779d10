import '@tensorflow/tfjs-layers';
import { ready, setBackend } from '@tensorflow/tfjs-core';
import { registerWasmTraining } from '../../src/wasm/index.js';
import type { Backend } from './options.js';

const load: Readonly<Record<Backend, () => Promise<unknown>>> = {
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
  wasm: () => import('@tensorflow/tfjs-backend-wasm'),
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
};

/** Loads a backend and makes it the current one; WASM with the training kernels. */
export async function start(backend: Backend): Promise<void> {
  await load[backend]();
  if (backend === 'wasm') registerWasmTraining();
  if (!(await setBackend(backend))) throw new Error(`bench: backend '${backend}' could not be started`);
  await ready();
}
