import { MOST_HEAP_BYTES, wasmHeapBytes } from '../internal/wasmHeap.js';

/** Fraction of the heap from which on a run is near its limit: what a later step needs more, such as a probe, may not fit. */
const NEAR = 0.75;

/**
 * Warns where the first step has taken most of what WASM's memory can hold. The heap never shrinks, so that its size after a step
 * is the most that the step has needed, with the optimizer's slots. On other backends there is nothing to be known.
 *
 * @param batch - Samples that were in memory together.
 */
export function warnOfMemory(batch: number, heapBytes: number | null = wasmHeapBytes()): void {
  if (heapBytes === null || heapBytes < NEAR * MOST_HEAP_BYTES) return;
  const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
  const fits = Math.max(1, Math.floor((batch * NEAR * MOST_HEAP_BYTES) / heapBytes));
  console.warn(
    `pretrain: a step with a batch of ${batch} has taken ${gibibytes(heapBytes)} of the ${gibibytes(MOST_HEAP_BYTES)} GiB that WASM's memory holds at most; a batch of ${fits} would leave room (see accumulate and cachedGradients for larger ones).`,
  );
}
