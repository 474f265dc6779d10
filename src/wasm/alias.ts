import type { TensorInfo } from '@tensorflow/tfjs-core';
import { address, type WasmBackend } from './backend.js';

/**
 * Runs `use` with a second tensor over the same memory, under an identity of its own. XNNPACK keeps a packed copy of the
 * right-hand side of a product for as long as that tensor lives, and finds it again by identity alone: the same data in
 * another shape would be read with the old one. With a `shape` the alias is a part of a float32 or int32 tensor, from
 * element `start` on.
 */
export function withAlias<T>(
  backend: WasmBackend,
  info: TensorInfo,
  use: (alias: TensorInfo) => T,
  shape: number[] = info.shape,
  start = 0,
): T {
  const alias = backend.makeOutput(shape, info.dtype, address(backend, info) + 4 * start);
  try {
    return use(alias);
  } finally {
    backend.dataIdMap.get(alias.dataId).memoryOffset = 0; // freeing address 0 does nothing: the memory is not ours
    backend.disposeData(alias.dataId);
  }
}

/** Shape in which the data of each right-hand side came first. */
const seen = new WeakMap<object, string>();

/** Whether a right-hand side has come before in the same shape, so that its packed copy will pay. */
export function isRepeated(info: TensorInfo): boolean {
  const key = info.shape.slice(-2).join();
  const before = seen.get(info.dataId);
  if (before === undefined) seen.set(info.dataId, key);
  return before === key;
}
