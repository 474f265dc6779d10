import { env, getBackend } from '@tensorflow/tfjs-core';

/**
 * Whether exponentials of logits within ± `bound` may be summed as they are: float32 then holds the smallest and a sum of
 * many. That spares a softmax's passes for maxima and quotients, and leaves symmetric what is symmetric.
 */
export function plainExp(bound: number): boolean {
  const half = getBackend() === 'webgl' && !env().getBool('WEBGL_RENDER_FLOAT32_ENABLED');
  return bound <= (softmaxPays() ? 30 : 40) && !half;
}

/** Whether a softmax is cheaper than an `exp`: seven times so with the kernels of tfjs's WASM backend. */
export function softmaxPays(): boolean {
  return getBackend() === 'wasm';
}
