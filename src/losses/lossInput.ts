import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * A tensor that a loss takes, in the type that `model.predict` returns, so that no cast is needed: rank, shape and dtype are
 * checked when the loss is called, and the list that a model of several outputs returns throws `ShapeError`. The tensors
 * that `grads` and `variableGrads` hand on fit as well.
 */
export type LossInput = Tensor | Tensor[];
