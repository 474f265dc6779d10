import { engine } from '@tensorflow/tfjs-core';

/**
 * Whether gradients are being recorded: inside the function given to `grad`, `variableGrads`, `minimize` and the like, the
 * forward function of a custom gradient in there included.
 */
export function underGradient(): boolean {
  return engine().state.gradientDepth > 0;
}
