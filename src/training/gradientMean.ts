import {
  add,
  dispose,
  mul,
  type NamedTensorMap,
  type Scalar,
  stack,
  type Tensor,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { type AbandonsStep, abandonStep } from '../internal/abandonStep.js';
import { explainBackendError } from '../internal/backendErrors.js';
import { namedTensors } from '../internal/namedTensors.js';
import { elementSum } from '../internal/nonFinite.js';
import type { Seed } from '../random/index.js';
import { batchSize, disposeBatch } from './batchSource.js';
import { checkBatch, checkPrepared } from './checkFinite.js';
import type { Method } from './method.js';
import { StepSnapshot } from './stepSnapshot.js';

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
  private before: StepSnapshot | undefined;

  constructor(private readonly method: Method<Batch, Prepared>) {}

  /** Adds a batch, `which` in messages. Nothing of its own is left behind, whatever happens. */
  async add(batch: Batch, key: Seed, which: string): Promise<void> {
    const { method } = this;
    this.before ??= new StepSnapshot();
    let prepared: Prepared | undefined;
    let result: { value: Scalar; grads: NamedTensorMap } | undefined;
    try {
      prepared = method.prepare(batch, key);
      const ready = prepared;
      result = variableGrads(() => method.loss(ready), method.variables);
      const loss = await finiteLoss(result.value, namedTensors('batch', batch), namedTensors('prepared', ready), which);
      const { grads } = result;
      result = { value: result.value, grads: {} };
      for (const [name, gradient] of Object.entries(grads)) this.addGradient(name, gradient);
      this.loss += loss;
      this.size += batchSize(batch);
      this.batches += 1;
    } catch (error) {
      throw explainBackendError('pretrain', error, `at ${which}, with a batch of ${batchSize(batch)}`);
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

  /** To be called when the weights have moved: there is no way back from here. */
  finish(): void {
    this.before?.dispose();
    this.before = undefined;
  }

  /** Frees the sums of a step that was not finished, and puts back what its forward passes have moved. */
  dispose(): void {
    dispose(Object.values(this.grads));
    this.grads = {};
    if (this.before === undefined) return;
    this.before.restore();
    this.finish();
    (this.method as Partial<AbandonsStep>)[abandonStep]?.();
  }

  private addGradient(name: string, gradient: NamedTensorMap[string]): void {
    const before = this.grads[name];
    this.grads[name] = before ? add(before, gradient) : gradient;
    if (before) dispose([before, gradient]);
  }
}

/**
 * The loss of a batch. It is read together with one number for all that the step started from, as some backends hide NaN and
 * infinities of their inputs from the loss.
 */
async function finiteLoss(
  value: Scalar,
  batch: Readonly<Record<string, Tensor>>,
  prepared: Readonly<Record<string, Tensor>>,
  which: string,
): Promise<number> {
  const sums = tidy(() => stack([value, elementSum({ ...batch, ...prepared })]));
  const [loss, inputs] = Array.from(await sums.data()) as [number, number];
  sums.dispose();
  if (!Number.isFinite(loss) || !Number.isFinite(inputs)) {
    await checkBatch(batch, which);
    await checkPrepared(prepared, which);
  }
  if (!Number.isFinite(loss)) {
    throw new Error(
      `pretrain: the loss is ${loss} at ${which}: the learning rate is too high, or a weight is not finite.`,
    );
  }
  return loss;
}

function scaled(grads: NamedTensorMap, factor: number): NamedTensorMap {
  return Object.fromEntries(Object.entries(grads).map(([name, gradient]) => [name, mul(gradient, factor)]));
}
