/** Says what in a value JSON would lose or change, or null. */
export function unplain(value: unknown, path: string): string | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null;
  if (typeof value === 'number') return Number.isFinite(value) ? null : `${path} is ${value}`;
  if (typeof value !== 'object')
    return `${path} is ${typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`}`;
  if (Array.isArray(value)) return firstFault(value.entries(), (i) => `${path}[${i}]`);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype.constructor?.name !== 'Object') {
    return `${path} is a ${prototype.constructor?.name ?? 'class instance'}`;
  }
  return firstFault(Object.entries(value), (key) => `${path}.${key}`);
}

function firstFault<K>(entries: Iterable<[K, unknown]>, pathOf: (key: K) => string): string | null {
  for (const [key, value] of entries) {
    const fault = unplain(value, pathOf(key));
    if (fault !== null) return fault;
  }
  return null;
}
