import type { Scalar, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { State } from '../internal/state.js';
import type { Seed } from '../random/index.js';

/**
 * A published system, wired from this library's parts. It owns its trainable parts and says how a batch becomes a loss.
 * `pretrain` calls nothing but these members, and so does a loop of one's own:
 *
 * ```ts
 * const prepared = method.prepare(batch, foldIn(seed, step));
 * const { value, grads } = variableGrads(() => method.loss(prepared), method.variables);
 * optimizer.applyGradients(grads);
 * method.afterStep();
 * dispose([value, grads, prepared]);
 * ```
 */
export interface Method<Batch, Prepared> {
  /** What one keeps after training. */
  readonly encoder: LayersModel;
  /** What the optimizer moves, always in the same order. */
  readonly variables: Variable[];
  /** Views, teacher outputs, negatives: all that needs no gradient, computed before the tape. The caller disposes it. */
  prepare(batch: Batch, seed: Seed): Prepared;
  /** The loss, to be called inside `optimizer.minimize` or `variableGrads`. The caller disposes it. */
  loss(prepared: Prepared): Scalar;
  /** What follows the optimizer's step: momentum update, enqueue, centre. */
  afterStep(): void;
  /** All that a later {@link setState} needs to go on exactly. */
  getState(): Promise<State>;
  /** Puts a state back. Throws ShapeError if it belongs to another architecture. */
  setState(state: State): Promise<void>;
  /** Frees what the method made; safe twice, any other use afterwards throws. The encoder stays the caller's. */
  dispose(): void;
}
