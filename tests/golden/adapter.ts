import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { Library } from './library.js';

/** Named inputs of a case as tensors, and its parameters. */
export interface AdapterCall {
  readonly lib: Library;
  readonly inputs: Readonly<Record<string, Tensor>>;
  // biome-ignore lint/suspicious/noExplicitAny: plain JSON
  readonly params: Record<string, any>;
}

/** What an operation gives: tensors (disposed by the caller) or numbers. */
export type Outputs = Record<string, Tensor | number | ArrayLike<number>>;

/**
 * How the library's function is called with a case's inputs. `outputs` gives every output of the case file; `loss`, for
 * ops with gradients, gives the scalar that `grads` differentiates (`outputs` may then leave `loss` out).
 *
 * An adapter translates names, shapes and constants, may call several library functions, and may join results by add,
 * mul by a constant, mean, square, stack, concat, slice or reshape where the case's notes define the output so.
 */
export interface Adapter {
  readonly outputs?: (call: AdapterCall) => Outputs | Promise<Outputs>;
  readonly loss?: (call: AdapterCall) => Scalar;
}

/** Adapters by the op's name. */
export type Adapters = Readonly<Record<string, Adapter>>;
