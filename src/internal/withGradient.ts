import { customGrad, type GradSaveFunc, type Tensor } from '@tensorflow/tfjs-core';

/** A value, and how the gradient of a scalar with respect to it (`dy`) becomes those with respect to the inputs. */
export interface WithGradient<T extends Tensor> {
  /** The result. */
  readonly value: T;
  /** One gradient per input, in order; `saved` are the tensors that `save` was given. */
  readonly gradient: (dy: T, saved: readonly Tensor[]) => Tensor[];
}

/**
 * Runs `forward` off the tape and differentiates it by the gradient that it gives. What that gradient needs goes through
 * `save`: everything else is gone by then.
 */
export function withGradient<T extends Tensor>(
  inputs: readonly Tensor[],
  forward: (save: (tensors: Tensor[]) => void) => WithGradient<T>,
): T {
  const operation = customGrad<T>((...args) => {
    const save = args[args.length - 1] as GradSaveFunc;
    const { value, gradient } = forward(save);
    return { value, gradFunc: (dy, saved) => gradient(dy, saved) };
  });
  return operation(...inputs);
}
