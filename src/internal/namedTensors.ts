import type { Tensor } from '@tensorflow/tfjs-core';
import { isTensor } from './checks.js';

/** The tensors in a value, in containers too, by their path: `x`, `x.images`, `x[0]`. Each tensor comes once. */
export function namedTensors(name: string, value: unknown): Record<string, Tensor> {
  const found = new Map<Tensor, string>();
  const seen = new Set<object>();
  const visit = (path: string, item: unknown): void => {
    if (isTensor(item)) {
      if (!found.has(item)) found.set(item, path);
      return;
    }
    if (typeof item !== 'object' || item === null || ArrayBuffer.isView(item) || seen.has(item)) return;
    seen.add(item);
    if (Array.isArray(item)) for (const [i, entry] of item.entries()) visit(`${path}[${i}]`, entry);
    else for (const [key, entry] of Object.entries(item)) visit(`${path}.${key}`, entry);
  };
  visit(name, value);
  return Object.fromEntries([...found].map(([tensor, path]) => [path, tensor]));
}
