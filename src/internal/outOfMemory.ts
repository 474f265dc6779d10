/** Thrown by the guard of `selfsup/wasm` when a tensor does not fit; what was there before is unharmed. */
export class OutOfMemoryError extends Error {
  /** Always `'OutOfMemoryError'`. */
  override readonly name = 'OutOfMemoryError';
}

/** True for an {@link OutOfMemoryError} of any copy of this module. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && error.name === 'OutOfMemoryError';
}

/** A number of bytes as text. */
export function showBytes(bytes: number): string {
  const [unit, size] = bytes >= 2 ** 30 ? ['GiB', 2 ** 30] : bytes >= 2 ** 20 ? ['MiB', 2 ** 20] : ['KiB', 2 ** 10];
  return `${Number((bytes / size).toPrecision(3))} ${unit}`;
}
