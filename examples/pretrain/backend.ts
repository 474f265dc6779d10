import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  // tfjs looks for a browser's `navigator.gpu`.
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true, writable: true });
  await import('@tensorflow/tfjs-backend-webgpu');
  return use('webgpu', `${label}${software ? '; software, very slow' : ''}`);
}

/** A WebGPU adapter of this machine. */
interface Adapter {
  readonly label: string;
  /** True for a driver that computes on the processor. */
  readonly software: boolean;
}

/**
 * Asks Dawn, through the `webgpu` package, for an adapter. A process of its own asks, since Dawn writes warnings of its own
 * where there is no driver, and a broken driver may end the process.
 */
async function findAdapter(): Promise<Adapter | null> {
  const ask = `
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    const adapter = await create([]).requestAdapter({ powerPreference: 'high-performance' });
    const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
    console.log(JSON.stringify({ vendor, architecture, device, description, isFallbackAdapter }));
    process.exit(0);`;
  const run = promisify(execFile);
  try {
    const options = { cwd: dirname(fileURLToPath(import.meta.url)), timeout: 20_000 };
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', ask], options);
    return describe(JSON.parse(stdout) as Partial<GPUAdapterInfo>);
  } catch {
    return null; // no Dawn for this platform, or no driver: the same as no GPU
  }
}

function describe(info: Partial<GPUAdapterInfo>): Adapter {
  const { vendor = '', architecture = '', device = '', description = '', isFallbackAdapter } = info;
  const name = description || device || architecture || 'unnamed adapter';
  const words = [vendor, architecture, device, description].join(' ');
  const software =
    isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|software|basic render|\bcpu\b/i.test(words);
  return { label: vendor === '' ? name : `${name} (${vendor})`, software };
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
