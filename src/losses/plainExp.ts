import { env, getBackend } from '@tensorflow/tfjs-core';

/**
 * Whether exponentials of logits within ± `bound` may be summed as they are: float32 then holds the smallest and a sum of
 * many. That spares the passes of a softmax for maxima and quotients, and leaves symmetric what is symmetric. Not on WASM,
 * where an `exp` costs more than a whole softmax.
 */
export function plainExp(bound: number): boolean {
  const backend = getBackend();
  const half = backend === 'webgl' && !env().getBool('WEBGL_RENDER_FLOAT32_ENABLED');
  return bound <= 40 && backend !== 'wasm' && !half;
}
