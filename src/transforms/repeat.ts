import type { Tensor } from '@tensorflow/tfjs-core';
import type { StepParams } from './steps.js';
import type { Transform } from './transform.js';

/** Parameters of which entry i of every array stands `times` times in a row; what is no array stays as it is. */
export function repeatEntries<P>(params: P, times: number): P {
  if (typeof params !== 'object' || params === null) return params; // `apply` says what is wrong with it
  const repeated = (value: unknown): unknown =>
    Array.isArray(value) ? value.flatMap((entry) => new Array(times).fill(entry)) : value;
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, repeated(value)])) as P;
}

/** Parameters for every image `times` times in a row, as the transform has it, or by its top-level arrays. */
export function repeatParams<P, X extends Tensor>(transform: Transform<P, X>, params: P, times: number): P {
  return transform.repeat ? transform.repeat(params, times) : repeatEntries(params, times);
}

/** Parameters of a transform made of others: its own arrays by entry, those of each part by that part. */
export function repeatSteps<P extends StepParams, X extends Tensor>(
  transforms: readonly Transform<unknown, X>[],
  params: P,
  times: number,
): P {
  if (!Array.isArray(params?.steps)) return params;
  const { steps, ...own } = params;
  const repeated = steps.map((step, i) => {
    const transform = transforms[i];
    return transform === undefined ? step : repeatParams(transform, step, times);
  });
  return { ...repeatEntries(own, times), steps: repeated } as unknown as P;
}
