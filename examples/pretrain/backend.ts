import { env, ready, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { registerWasmTraining } from 'selfsup/wasm';
import { Failure, oneLine } from './failure.js';
import type { BackendName } from './options.js';

/** A backend that runs. */
export interface Backend {
  readonly name: Exclude<BackendName, 'auto'>;
  /** What it is and, for `auto`, why it was taken. */
  readonly description: string;
}

/** Starts the backend that was asked for, or for `auto` the best one at hand. */
export async function startBackend(name: BackendName): Promise<Backend> {
  env().set('PROD', true); // no advertisement for tfjs-node among the job's output
  switch (name) {
    case 'wasm':
      return wasm('as asked for');
    case 'cpu':
      await import('@tensorflow/tfjs-backend-cpu');
      return use('cpu', 'plain JavaScript, slow');
    case 'webgpu': {
      const gpu = await findAdapter();
      if (gpu === null) throw new Failure('--backend webgpu: no WebGPU adapter answers on this machine');
      return webgpu(gpu);
    }
    case 'tensorflow':
      if (!(await importTfjsNode())) throw new Failure('--backend tensorflow: @tensorflow/tfjs-node is not installed');
      return use('tensorflow', '@tensorflow/tfjs-node, untested');
    case 'auto': {
      if (await importTfjsNode()) return use('tensorflow', '@tensorflow/tfjs-node is installed; untested');
      const gpu = await findAdapter();
      if (gpu !== null && !gpu.software) return webgpu(gpu);
      return wasm(gpu === null ? 'no GPU answers' : `the only GPU is a software one, ${gpu.label}`);
    }
  }
}

async function use(name: Backend['name'], description: string): Promise<Backend> {
  try {
    if (!(await setBackend(name))) throw new Error('it could not be initialised');
    await ready();
  } catch (error) {
    throw new Failure(`--backend ${name}: ${oneLine(error)}`);
  }
  return { name, description };
}

async function wasm(why: string): Promise<Backend> {
  await import('@tensorflow/tfjs-backend-wasm');
  const backend = await use('wasm', `WebAssembly with the training kernels of selfsup/wasm; ${why}`);
  registerWasmTraining();
  return backend;
}

async function webgpu({ label, software }: Adapter): Promise<Backend> {
  await import('@tensorflow/tfjs-backend-webgpu');
  return use('webgpu', `${label}${software ? '; software, very slow' : ''}`);
}

/** A WebGPU adapter of this machine. */
interface Adapter {
  readonly label: string;
  /** True for a driver that computes on the processor. */
  readonly software: boolean;
}

/** Loads Dawn through the `webgpu` package, makes it `navigator.gpu` and asks for an adapter. */
async function findAdapter(): Promise<Adapter | null> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    const gpu = create([]);
    Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true });
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) return null;
    const { vendor, architecture, device, description } = adapter.info;
    const label = [description || device || architecture, vendor && `(${vendor})`].filter(Boolean).join(' ');
    const words = `${vendor} ${architecture} ${device} ${description}`;
    const software =
      adapter.info.isFallbackAdapter === true ||
      /swiftshader|llvmpipe|lavapipe|software|basic render|\bcpu\b/i.test(words);
    return { label: label || 'unnamed adapter', software };
  } catch {
    return null; // no Dawn for this platform, or no driver: the same as no GPU
  }
}

async function importTfjsNode(): Promise<boolean> {
  const name = '@tensorflow/tfjs-node'; // not a dependency, hence not a literal
  try {
    await import(name);
    return true;
  } catch {
    return false;
  }
}
