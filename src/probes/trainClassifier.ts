import {
  add,
  dispose,
  mean,
  mul,
  type NamedTensorMap,
  type Optimizer,
  type Scalar,
  slice,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
  type Variable,
  variable,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { explainBackendError } from '../internal/backendErrors.js';
import { checkIntegers, checkNumbers } from '../internal/checks.js';
import { matMul } from '../internal/matMul.js';
import { nonFinite } from '../internal/nonFinite.js';
import { oneHotRows } from '../internal/oneHotRows.js';
import { type Schedule, valueAt } from '../internal/schedule.js';
import { setLearningRate } from '../internal/setLearningRate.js';
import { softCrossEntropyRows } from '../internal/softCrossEntropy.js';
import { foldIn, normal, permutation, type Seed } from '../random/index.js';

/** Options of probes that are trained by gradient steps. */
export interface TrainingOptions {
  /** Passes over the labelled samples, an integer \>= 1. @defaultValue 20 */
  readonly epochs?: number;
  /** Steps at most, an integer \>= 1. @defaultValue those of `epochs` */
  readonly steps?: number;
  /** Samples of a step, an integer \>= 1; at most the labelled ones are taken. @defaultValue 64 */
  readonly batchSize?: number;
  /**
   * Learning rate, \>= 0, or a function of the step.
   * @defaultValue a tenth of the steps of linear warm-up to 1e-3, then half a cosine to 0; with an `optimizer`, its own
   */
  readonly learningRate?: Schedule;
  /** Share of the target spread evenly over the classes, in [0, 1). @defaultValue 0 */
  readonly labelSmoothing?: number;
}

/** Names of {@link TrainingOptions}. */
export const trainingOptions = ['epochs', 'steps', 'batchSize', 'learningRate', 'labelSmoothing'] as const;

/** Weights of a linear layer that an optimizer moves. */
export interface LinearHead {
  /** `[dim, units]`. */
  readonly kernel: Variable;
  /** `[units]`. */
  readonly bias: Variable;
}

/** A linear layer with normal weights of a deviation and zero intercepts. The caller disposes both. */
export function linearHead(dim: number, units: number, deviation: number, seed: Seed): LinearHead {
  const values = normal(seed, dim * units).map((v) => v * deviation);
  return tidy(() => ({ kernel: variable(tensor2d(values, [dim, units])), bias: variable(zeros([units])) }));
}

/** x W + b. */
export function applyHead(x: Tensor2D, { kernel, bias }: LinearHead): Tensor2D {
  return tidy(() => add<Tensor2D>(matMul(x, kernel as Tensor as Tensor2D), bias));
}

/** Winning class of each row of x under a head, on the host. */
export async function classify(x: Tensor2D, logits: (x: Tensor2D) => Tensor2D, step = 4096): Promise<Int32Array> {
  const out = new Int32Array(x.shape[0]);
  for (let start = 0; start < out.length; start += step) {
    const scores = tidy(() => logits(slice(x, [start, 0], [Math.min(step, out.length - start), -1])));
    const values = await scores.data();
    const classes = scores.shape[1];
    scores.dispose();
    for (let i = 0; i < values.length / classes; i++) {
      let best = 0;
      for (let c = 1; c < classes; c++)
        if ((values[i * classes + c] as number) > (values[i * classes + best] as number)) best = c;
      out[start + i] = best;
    }
  }
  return out;
}

/** Checks options before anything is made. */
export function checkTraining(where: string, options: TrainingOptions): void {
  const { epochs = 1, steps = 1, batchSize = 1, labelSmoothing = 0, learningRate = 0 } = options;
  checkIntegers(where, { epochs: [epochs, 1], steps: [steps, 1], batchSize: [batchSize, 1] });
  checkNumbers(where, { labelSmoothing: [labelSmoothing, 0, 1 - 1e-6] });
  valueAt(where, 'learningRate', learningRate, 0, 0);
}

/** Steps that the options ask for. */
export function countSteps(samples: number, { epochs = 20, steps, batchSize = 64 }: TrainingOptions): number {
  return Math.min(steps ?? Number.POSITIVE_INFINITY, epochs * Math.ceil(samples / Math.min(samples, batchSize)));
}

/** Warm-up over a tenth of the steps, then half a cosine to 0. */
export function warmCosine(base: number, steps: number): (step: number) => number {
  const warm = Math.floor(steps / 10);
  return (step) =>
    step < warm ? (base * (step + 1)) / warm : (base / 2) * (1 + Math.cos((Math.PI * (step - warm)) / (steps - warm)));
}

/** What {@link trainClassifier} trains. */
export interface ClassifierTraining {
  /** Class of each labelled sample. */
  readonly labels: Int32Array;
  readonly classes: number;
  readonly variables: Variable[];
  readonly optimizer: Optimizer;
  /** Set before each step where given. */
  readonly learningRate: Schedule | undefined;
  /** Inputs of a step, off the tape: positions in `labels`, and a key. Disposed here. */
  readonly inputs: (positions: Int32Array, key: Seed) => Tensor;
  /** Logits `[batch, classes]` of the inputs. */
  readonly logits: (inputs: Tensor) => Tensor2D;
}

/**
 * Minimises the mean cross-entropy. Batches are cut from one shuffled pass after the other, so that all have one size and
 * no sample is left out. Gives the loss of each step.
 */
export async function trainClassifier(
  where: string,
  training: ClassifierTraining,
  seed: Seed,
  options: TrainingOptions,
): Promise<number[]> {
  const { labels, classes, variables, optimizer, learningRate, inputs, logits } = training;
  const { labelSmoothing = 0 } = options;
  const size = Math.min(labels.length, options.batchSize ?? 64);
  const steps = countSteps(labels.length, options);
  const position = shuffledPasses(labels.length, foldIn(seed, 0));
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const rows = Int32Array.from({ length: size }, (_, i) => position(step * size + i));
    const [x, targets] = tidy(() => {
      const own = oneHotRows(
        tensor1d(
          Array.from(rows, (r) => labels[r] as number),
          'int32',
        ),
        classes,
      );
      const smooth = labelSmoothing > 0 ? add<Tensor2D>(mul(own, 1 - labelSmoothing), labelSmoothing / classes) : own;
      return [inputs(rows, foldIn(foldIn(seed, 1), step)), smooth] as const;
    });
    let result: { value: Scalar; grads: NamedTensorMap } | undefined;
    try {
      result = variableGrads(() => mean<Scalar>(softCrossEntropyRows(logits(x), targets) as Tensor1D), variables);
      const loss = (await result.value.data())[0] as number;
      if (!Number.isFinite(loss)) throw new Error(`${where}: the loss is ${loss} at step ${step}: lower learningRate.`);
      if (learningRate !== undefined) setLearningRate(optimizer, valueAt(where, 'learningRate', learningRate, step, 0));
      optimizer.applyGradients(result.grads);
      losses.push(loss);
    } catch (error) {
      throw explainBackendError(where, error, `at step ${step}, with a batch of ${size}`);
    } finally {
      dispose([x, targets]);
      if (result) dispose([result.value, ...Object.values(result.grads)]);
    }
    await new Promise((resolve) => setTimeout(resolve)); // timers, Ctrl-C and the page get their turn
  }
  // What is not finite need not show in the loss: on WASM a ReLU turns NaN into 0.
  const bad = await nonFinite(Object.fromEntries(variables.map((v) => [v.name, v as Tensor])));
  if (bad.length > 0) throw new Error(`${where}: weights are not finite after training: lower learningRate.`);
  return losses;
}

/** Place i of an endless series of shuffled passes; asked for in order. */
function shuffledPasses(n: number, seed: Seed): (i: number) => number {
  let [pass, order] = [0, permutation(foldIn(seed, 0), n)];
  return (i) => {
    const wanted = Math.floor(i / n);
    if (wanted !== pass) [pass, order] = [wanted, permutation(foldIn(seed, wanted), n)];
    return order[i % n] as number;
  };
}
