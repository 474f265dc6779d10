import type { Tensor } from '@tensorflow/tfjs-core';
import { isTensor } from '../internal/checks.js';

/** Tensors of a result, each with its path, such as `labels` or `views[1]`; the path of a lone tensor is empty. */
export function tensorsIn(result: unknown, path = ''): [path: string, tensor: Tensor][] {
  if (isTensor(result)) return [[path, result]];
  if (Array.isArray(result)) return result.flatMap((value, i) => tensorsIn(value, `${path}[${i}]`));
  if (typeof result !== 'object' || result === null) return [];
  return Object.entries(result).flatMap(([key, value]) => tensorsIn(value, path === '' ? key : `${path}.${key}`));
}
