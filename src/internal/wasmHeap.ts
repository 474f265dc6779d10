import { backend, getBackend } from '@tensorflow/tfjs-core';

/** Most bytes of a heap with 32-bit addresses. A browser or a flag of Node may stop it earlier. */
export const MOST_HEAP_BYTES = 2 ** 32 - 2 ** 16;

/** Bytes that the heap of tfjs's WASM backend has grown to, which is the most that was ever in use; null on other backends. */
export function wasmHeapBytes(): number | null {
  if (getBackend() !== 'wasm') return null;
  const { wasm } = backend() as unknown as { wasm?: { HEAPU8?: Uint8Array } };
  return wasm?.HEAPU8?.length ?? null;
}
