/** Thrown when a tensor does not fit; what was there before is unharmed. Others know it by its name. */
export class OutOfMemoryError extends Error {
  /** Always `'OutOfMemoryError'`. */
  override readonly name = 'OutOfMemoryError';
}

/** A number of bytes as text. */
export function showBytes(bytes: number): string {
  const [unit, size] = bytes >= 2 ** 30 ? ['GiB', 2 ** 30] : bytes >= 2 ** 20 ? ['MiB', 2 ** 20] : ['KiB', 2 ** 10];
  return `${Number((bytes / size).toPrecision(3))} ${unit}`;
}
