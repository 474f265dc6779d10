import { getKernelsForBackend, type KernelFunc, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './backend.js';
import { OutOfMemoryError, showBytes } from './outOfMemory.js';

/** The part of the backend's Emscripten module that hands out memory. */
interface Heap {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** Most bytes of a heap with 32-bit addresses. A browser or a flag of Node may stop it earlier. */
const MOST_HEAP_BYTES = 2 ** 32 - 2 ** 16;

/** Marks guarded kernels, so that a second call, even from another copy of this module, leaves them alone. */
const GUARDED = Symbol.for('selfsup.wasm.guarded');

/** Allocations from this size on leave {@link RESERVE} for what kernels allocate for themselves, whose failure is silent. */
const LARGE = 2 ** 18;
const RESERVE = 2 ** 24;

/** Why a backend can't be used any more. */
const broken = new WeakMap<object, string>();
const guarded = new WeakSet<object>();

/**
 * Guards the memory of tfjs's WASM backend. Stock tfjs takes the address 0 that a full heap gives for a good one, and
 * overwrites what lies there, tensors included. Here an allocation that does not fit throws and leaves everything as it was;
 * and a backend that a kernel has left in an unknown state (a trap) throws from then on instead of computing with it.
 */
export function guardMemory(backendName: string): void {
  for (const config of getKernelsForBackend(backendName)) {
    if (GUARDED in config.kernelFunc) continue;
    const { kernelFunc } = config;
    const run: KernelFunc = (call) => {
      const backend = call.backend as unknown as WasmBackend;
      if (!guarded.has(backend)) guardHeap(backend);
      checkUsable(backend);
      try {
        return kernelFunc(call);
      } catch (error) {
        if (error instanceof Error && error.name === 'RuntimeError') {
          broken.set(backend, `kernel '${config.kernelName}' stopped with '${error.message}'`);
          checkUsable(backend, error);
        }
        throw error;
      }
    };
    unregisterKernel(config.kernelName, backendName);
    registerKernel({ ...config, kernelFunc: Object.assign(run, kernelFunc, { [GUARDED]: true }) });
  }
}

function checkUsable(backend: object, cause?: Error): void {
  const reason = broken.get(backend);
  if (reason === undefined) return;
  throw new Error(
    `backend 'wasm': ${reason}; its memory may be damaged, and it can't be used any more: start a new process or reload the page, with smaller batches where memory was short.`,
    { cause },
  );
}

function guardHeap(backend: WasmBackend): void {
  guarded.add(backend);
  const heap = backend.wasm as unknown as Heap;
  // Emscripten puts the real function in place of a stub at the first call.
  heap._free(heap._malloc(8));
  const malloc = heap._malloc;
  const fits = (bytes: number): boolean => {
    const address = malloc(bytes);
    if (address !== 0) heap._free(address);
    return address !== 0;
  };
  heap._malloc = (bytes) => {
    checkUsable(backend);
    const address = malloc(bytes);
    if (address !== 0 && (bytes < LARGE || fits(RESERVE))) return address;
    if (address !== 0) heap._free(address);
    throw new OutOfMemoryError(
      `backend 'wasm': a tensor of ${showBytes(bytes)} must fit into memory, but the heap can't grow beyond ${showBytes(heap.HEAPU8.length)} (at most ${showBytes(MOST_HEAP_BYTES)}); take smaller batches, or dispose tensors that are not needed. Tensors that were there are unharmed.`,
    );
  };
}
