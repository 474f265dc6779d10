import type { RowProducts } from '../internal/rowProducts.js';
import {
  type LogisticSolution,
  logitsOf,
  logLoss,
  type SolveLogisticOptions,
  solveLogistic,
  winners,
} from './solveLogistic.js';

/** How a penalty did on the held-out part. */
export interface Validation {
  /** The inverse penalty. */
  C: number;
  /** Share of held-out samples that are classified right. */
  accuracy: number;
  /** Their mean log loss. */
  loss: number;
}

/** How many entries are equal. */
export const count = (a: Int32Array, b: Int32Array): number => a.reduce((sum, v, i) => sum + (v === b[i] ? 1 : 0), 0);

/** The penalty that did best on the held-out part, and the fit that it started from. */
export interface Choice {
  readonly C: number;
  readonly start?: LogisticSolution;
  readonly validation: Validation[];
}

/** Walks from the strongest penalty to the weakest, each fit starting where the last one ended. */
export async function chooseStrength(
  fit: RowProducts,
  fitLabels: Int32Array,
  held: RowProducts,
  heldLabels: Int32Array,
  classes: number,
  grid: readonly number[],
  limits: Omit<SolveLogisticOptions, 'C' | 'start'>,
): Promise<Choice> {
  const validation: Validation[] = [];
  let best = 0;
  let start: LogisticSolution | undefined;
  let last: LogisticSolution | undefined;
  for (const [i, C] of grid.entries()) {
    last = await solveLogistic(fit, fitLabels, classes, { ...limits, C, ...(last && { start: last }) });
    const logits = await logitsOf(held, last);
    const accuracy = count(winners(logits, last.bias.length), heldLabels) / held.rows;
    validation.push({ C, accuracy, loss: logLoss(logits, heldLabels, last.bias.length).loss });
    const [top, now] = [validation[best], validation[i]] as [Validation, Validation];
    if (i === 0 || now.accuracy > top.accuracy || (now.accuracy === top.accuracy && now.loss < top.loss)) {
      best = i;
      start = last;
    } else if (i >= best + 2 && now.loss > top.loss) break;
  }
  return { C: (validation[best] as Validation).C, validation, ...(start && { start }) };
}
