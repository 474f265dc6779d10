import {
  add,
  dispose,
  matMul,
  mean,
  mul,
  type Scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor2D,
  tensor2d,
  tidy,
  type Variable,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fromArrayState, type State, toArrayState } from '../../src/internal/state.js';
import { normal, type Seed } from '../../src/random/index.js';
import type { Method } from '../../src/training/index.js';

/** Noisy linear autoencoder of 3 numbers: the smallest thing that trains, draws per step and has state. */
export class ToyMethod implements Method<Tensor2D, { noise: Tensor2D; batch: Tensor2D }> {
  readonly encoder = undefined as unknown as LayersModel;
  readonly weights: Variable = tidy(() => variable(zeros([3, 3]), true));
  readonly variables = [this.weights];
  steps = 0;
  /** Multiplies the loss. */
  scale = 1;
  /** Adds a term whose value is finite and whose gradient at zero weights is not. */
  root = false;
  /** Multiplies the noise. */
  noise = 1;
  /** Seeds that `prepare` was called with. */
  readonly seeds: Seed[] = [];
  prepare(batch: Tensor2D, seed: Seed): { noise: Tensor2D; batch: Tensor2D } {
    this.seeds.push(seed);
    return tidy(() => ({
      noise: mul(tensor2d(normal(seed, batch.size), batch.shape), this.noise) as Tensor2D,
      batch: batch.clone(),
    }));
  }
  loss({ noise, batch }: { noise: Tensor2D; batch: Tensor2D }): Scalar {
    return tidy(() => {
      const error = sub(matMul(sub(batch, noise) as Tensor2D, this.weights as unknown as Tensor2D), batch);
      const loss = mul(mean(square(error)), this.scale) as Scalar;
      return this.root ? (add(loss, sum(sqrt(square(this.weights)))) as Scalar) : loss;
    });
  }
  afterStep(): void {
    this.steps += 1;
  }
  async getState(): Promise<State> {
    return { steps: this.steps, weights: await toArrayState(this.weights) };
  }
  async setState(state: State): Promise<void> {
    const weights = fromArrayState('ToyMethod', 'weights', state.weights, [3, 3]);
    this.weights.assign(weights);
    dispose(weights);
    this.steps = state.steps as number;
  }
  dispose(): void {
    if (!this.weights.isDisposed) this.weights.dispose();
  }
}
