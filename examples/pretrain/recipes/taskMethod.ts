import { type Scalar, type Tensor, type Tensor4D, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Seed } from 'selfsup/random';
import type { ArrayState, Method, State } from 'selfsup/training';

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
    putWeights(this.wiring.encoder, state.encoder as readonly ArrayState[]);
    putWeights(this.wiring.head, state.head as readonly ArrayState[]);
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

function putWeights(model: LayersModel, weights: readonly ArrayState[]): void {
  tidy(() => model.setWeights(weights.map(({ data, shape }): Tensor => tensor(data, [...shape]))));
}
