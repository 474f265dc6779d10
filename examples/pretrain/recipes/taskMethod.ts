import { type Scalar, type Tensor, type Tensor4D, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Seed } from 'selfsup/random';
import type { ArrayState, Method, State, StateValue } from 'selfsup/training';

/** A pretext task, the models it trains, and its loss. */
export interface Wiring<Prepared> {
  readonly encoder: LayersModel;
  /** What is trained on top of it. */
  readonly head: LayersModel;
  /** The task: from images to inputs and labels; before the tape. */
  readonly prepare: (images: Tensor4D, seed: Seed) => Prepared;
  readonly loss: (prepared: Prepared) => Scalar;
}

/** A pretext task as a method: what `pretrain` asks for, from the parts of the library. */
export class TaskMethod<Prepared> implements Method<Tensor4D, Prepared> {
  readonly encoder: LayersModel;
  readonly variables: Variable[];

  constructor(private readonly wiring: Wiring<Prepared>) {
    this.encoder = wiring.encoder;
    this.variables = [wiring.encoder, wiring.head].flatMap((model) =>
      // tfjs-layers keeps the variable of a weight in `val`.
      model.trainableWeights.map((weight) => (weight as unknown as { readonly val: Variable }).val),
    );
  }

  prepare(batch: Tensor4D, seed: Seed): Prepared {
    return this.wiring.prepare(batch, seed);
  }

  loss(prepared: Prepared): Scalar {
    return tidy(() => this.wiring.loss(prepared));
  }

  afterStep(): void {}

  async getState(): Promise<State> {
    return { encoder: await weightsOf(this.wiring.encoder), head: await weightsOf(this.wiring.head) };
  }

  async setState(state: State): Promise<void> {
    const { encoder, head } = this.wiring;
    checkWeights('encoder', encoder, state.encoder);
    checkWeights('head', head, state.head);
    putWeights(encoder, state.encoder);
    putWeights(head, state.head);
  }

  dispose(): void {
    this.wiring.head.dispose();
  }
}

function weightsOf(model: LayersModel): Promise<ArrayState[]> {
  return Promise.all(
    model.getWeights().map(async (weight) => ({
      dtype: 'float32' as const,
      shape: weight.shape.slice(),
      data: (await weight.data<'float32'>()).slice(),
    })),
  );
}

/** Throws where a state is not one of a model, before anything changes. */
function checkWeights(
  name: string,
  model: LayersModel,
  state: StateValue | undefined,
): asserts state is readonly ArrayState[] {
  const weights = model.getWeights();
  const fits = (value: unknown, i: number): boolean => {
    const { data, shape } = (value ?? {}) as Partial<ArrayState>;
    const wanted = weights[i];
    return data instanceof Float32Array && data.length === wanted?.size && String(shape) === String(wanted?.shape);
  };
  if (Array.isArray(state) && state.length === weights.length && state.every(fits)) return;
  throw new Error(`TaskMethod: state '${name}' must hold ${weights.length} weights of this architecture`);
}

function putWeights(model: LayersModel, weights: readonly ArrayState[]): void {
  tidy(() => model.setWeights(weights.map(({ data, shape }): Tensor => tensor(data, [...shape]))));
}
