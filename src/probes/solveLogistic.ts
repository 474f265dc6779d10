import { lbfgs } from '../internal/lbfgs.js';
import type { RowProducts } from '../internal/rowProducts.js';
import { preconditioner, type Spectrum } from './preconditioner.js';

/** Weights of a softmax over the classes that occur; two classes have one weight vector, that of the second. */
export interface LogisticWeights {
  /** `[outputs, dim]`. */
  readonly weights: Float64Array;
  /** `[outputs]`. */
  readonly bias: Float64Array;
}

/** An optimum of the regularised log loss. */
export interface LogisticSolution extends LogisticWeights {
  /** C times the summed log loss + half the squared weights. */
  readonly objective: number;
  /** Largest entry of the gradient of mean log loss + penalty. */
  readonly gradientNorm: number;
  readonly iterations: number;
  readonly evaluations: number;
}

/** Options of {@link solveLogistic}. */
export interface SolveLogisticOptions {
  readonly C: number;
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly start?: LogisticWeights | undefined;
  /** Shapes the steps; the optimum is the same with or without. */
  readonly spectrum?: Spectrum | undefined;
}

/** Minimises mean log loss + |W|² / (2 C n), intercepts unpenalised. `labels` are 0 to classes - 1, classes \>= 2. */
export async function solveLogistic(
  x: RowProducts,
  labels: Int32Array,
  classes: number,
  { C, tolerance, maxIterations, start, spectrum }: SolveLogisticOptions,
): Promise<LogisticSolution> {
  const outputs = classes === 2 ? 1 : classes;
  const split = outputs * x.dim;
  const lambda = 1 / (C * x.rows);
  const origin = new Float64Array(split + outputs);
  if (start) {
    origin.set(start.weights);
    origin.set(start.bias, split);
  }
  const evaluate = async (point: Float64Array) => {
    const weights = point.subarray(0, split);
    const logits = addBias(await x.times(weights, outputs), point.subarray(split));
    const { loss, residuals } = logLoss(logits, labels, outputs);
    const gradient = new Float64Array(point.length);
    gradient.set(await x.transposedTimes(residuals, outputs));
    let penalty = 0;
    for (let i = 0; i < split; i++) {
      const w = weights[i] as number;
      penalty += w * w;
      (gradient[i] as number) += lambda * w;
    }
    for (let i = 0; i < residuals.length; i++) (gradient[split + (i % outputs)] as number) += residuals[i] as number;
    return { value: loss + (lambda / 2) * penalty, gradient };
  };
  const {
    x: point,
    value,
    gradientNorm,
    iterations,
    evaluations,
  } = await lbfgs(evaluate, origin, {
    tolerance,
    maxIterations,
    precondition: spectrum && preconditioner(spectrum, x.dim, outputs, lambda),
  });
  return {
    weights: point.slice(0, split),
    bias: point.slice(split),
    objective: value * C * x.rows,
    gradientNorm,
    iterations,
    evaluations,
  };
}

/** Logits `[rows, outputs]` of rows. */
export async function logitsOf(x: RowProducts, { weights, bias }: LogisticWeights): Promise<Float64Array> {
  return addBias(await x.times(weights, bias.length), bias);
}

/** Index of the winning class of each row; the first one where several are equal. */
export function winners(logits: Float64Array, outputs: number): Int32Array {
  return Int32Array.from({ length: logits.length / outputs }, (_, row) => {
    if (outputs === 1) return (logits[row] as number) > 0 ? 1 : 0;
    let best = 0;
    for (let c = 1; c < outputs; c++) {
      if ((logits[row * outputs + c] as number) > (logits[row * outputs + best] as number)) best = c;
    }
    return best;
  });
}

function addBias(logits: Float64Array, bias: Float64Array): Float64Array {
  for (let i = 0; i < logits.length; i++) (logits[i] as number) += bias[i % bias.length] as number;
  return logits;
}

/** Mean log loss, and its gradient in the logits. One output is the logit of class 1 against class 0. */
export function logLoss(
  logits: Float64Array,
  labels: Int32Array,
  outputs: number,
): { loss: number; residuals: Float64Array } {
  const n = labels.length;
  const residuals = new Float64Array(logits.length);
  let loss = 0;
  for (let row = 0; row < n; row++) {
    const base = row * outputs;
    const label = labels[row] as number;
    if (outputs === 1) {
      const z = logits[row] as number;
      const e = Math.exp(-Math.abs(z));
      loss += Math.log1p(e) + Math.max(z, 0) - label * z;
      residuals[row] = ((z >= 0 ? 1 : e) / (1 + e) - label) / n;
      continue;
    }
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < outputs; c++) most = Math.max(most, logits[base + c] as number);
    let sum = 0;
    for (let c = 0; c < outputs; c++) {
      const e = Math.exp((logits[base + c] as number) - most);
      residuals[base + c] = e;
      sum += e;
    }
    loss += Math.log(sum) + most - (logits[base + label] as number);
    for (let c = 0; c < outputs; c++)
      residuals[base + c] = ((residuals[base + c] as number) / sum - (c === label ? 1 : 0)) / n;
  }
  return { loss: loss / n, residuals };
}
