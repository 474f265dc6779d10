import { add, dispose, mul, type NamedTensorMap, type Scalar, tidy, variableGrads } from '@tensorflow/tfjs-core';
import type { Seed } from '../random/index.js';
import { batchSize, disposeBatch } from './batchSource.js';
import type { Method } from './method.js';

/** Loss and gradients of a step: the mean over its batches. */
export interface StepGradients {
  readonly loss: number;
  /** Samples of all batches. */
  readonly size: number;
  /** The taker disposes them. */
  readonly grads: NamedTensorMap;
}

/** Adds up what the batches of a step give, one after the other. */
export class GradientMean<Batch, Prepared> {
  /** Batches added since the last step was taken. */
  batches = 0;
  private loss = 0;
  private size = 0;
  private grads: NamedTensorMap = {};

  constructor(private readonly method: Method<Batch, Prepared>) {}

  /** Adds a batch. Nothing of its own is left behind, whatever happens. */
  async add(batch: Batch, key: Seed, step: number): Promise<void> {
    const { method } = this;
    let prepared: Prepared | undefined;
    let result: { value: Scalar; grads: NamedTensorMap } | undefined;
    try {
      prepared = method.prepare(batch, key);
      const ready = prepared;
      result = variableGrads(() => method.loss(ready), method.variables);
      const loss = (await result.value.data())[0] as number;
      if (!Number.isFinite(loss)) {
        throw new Error(
          `pretrain: the loss is ${loss} at step ${step}: the data holds NaN, or the learning rate is too high.`,
        );
      }
      const { grads } = result;
      result = { value: result.value, grads: {} };
      for (const [name, gradient] of Object.entries(grads)) this.addGradient(name, gradient);
      this.loss += loss;
      this.size += batchSize(batch);
      this.batches += 1;
    } finally {
      disposeBatch(prepared);
      if (result) dispose([result.value, ...Object.values(result.grads)]);
    }
  }

  /** The means; the next batch starts anew. */
  take(): StepGradients {
    const { batches, loss, size } = this;
    // A single batch passes through to the bit.
    const grads = batches === 1 ? this.grads : tidy(() => scaled(this.grads, 1 / batches));
    if (batches > 1) dispose(Object.values(this.grads));
    this.grads = {};
    [this.batches, this.loss, this.size] = [0, 0, 0];
    return { loss: loss / batches, size, grads };
  }

  /** Frees the sums of a step that was not finished. */
  dispose(): void {
    dispose(Object.values(this.grads));
    this.grads = {};
  }

  private addGradient(name: string, gradient: NamedTensorMap[string]): void {
    const before = this.grads[name];
    this.grads[name] = before ? add(before, gradient) : gradient;
    if (before) dispose([before, gradient]);
  }
}

function scaled(grads: NamedTensorMap, factor: number): NamedTensorMap {
  return Object.fromEntries(Object.entries(grads).map(([name, gradient]) => [name, mul(gradient, factor)]));
}
