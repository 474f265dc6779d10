import { type Arbitrary, constant, nat, tuple } from 'fast-check';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkFlags, checkIntegers, checkNumbers, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import type { GradientOptions } from './checkGradient.js';
import { finiteLaw, type Loss, type LossSubject, lossChecks, lossSubject } from './lossChecks.js';
import { EXTREMES, type ExtremeInput, extremeInputs, ordinaryInputs } from './lossInputs.js';
import { type LawRuns, runLaws } from './runLaws.js';
import { shrinkingTogether } from './shrinkingShapes.js';
import { type SizeRange, sizes } from './sizes.js';
import { describeData } from './tensorData.js';

/** Options of {@link lossLaws}: what to try, and what the loss claims. */
export interface LossLawsOptions extends LawRuns {
  /**
   * How many embeddings `[batch, dim]` the loss takes; or the shapes of its inputs, which in a counterexample shrink
   * together where sizes are equal. @defaultValue 2
   */
  readonly inputs?: number | readonly (readonly number[])[];
  /** Rows, where no shapes are given. @defaultValue [2, 6] */
  readonly batch?: SizeRange;
  /** Length of a row, where no shapes are given. @defaultValue [2, 6] */
  readonly dim?: SizeRange;
  /** Deviation of ordinary inputs, which are normal numbers, \> 0. @defaultValue 1 */
  readonly scale?: number;
  /** Inputs it is differentiable in, from 0. @defaultValue all */
  readonly differentiable?: readonly number[];
  /** Whether one reordering of the batch of all inputs (those of as many rows as the first) changes nothing. @defaultValue false */
  readonly batchOrder?: boolean;
  /**
   * Inputs that break careless code, for which value and gradient must be finite as well.
   * @defaultValue all but 'one sample'
   */
  readonly extremes?: readonly ExtremeInput[];
  /** Whether the gradient is compared with finite differences, and how. @defaultValue true */
  readonly gradient?: boolean | GradientOptions;
  /** How far apart two batch orders may come out, as a share of the value, or of 1 if that is larger. @defaultValue 1e-4 */
  readonly tolerance?: number;
}

/**
 * Checks that a loss keeps the laws of losses, on any backend and under any test runner:
 *
 * - it takes its inputs, leaves them alone, and leaves no tensor behind but its value, a float32 scalar; its gradient
 *   leaves one tensor per input;
 * - value and gradient are finite, for normal inputs and for the extreme ones that `extremes` names;
 * - the same inputs give the same value later, and it does not call `Math.random`;
 * - the order of the batch does not matter, where `batchOrder` claims so;
 * - the gradient agrees with central differences, see {@link checkGradient}. Unless `gradient` names a step, a smaller
 *   one is tried before it counts as wrong, for the sake of kinks.
 *
 * @param loss - The loss.
 * @param options - What to try, and what the loss claims.
 * @returns Nothing; the promise is rejected where a law is broken.
 * @throws Error that names the law, what was expected and got, the shrunk counterexample and how to replay it;
 * RangeError if an option is out of range.
 * @example
 * ```ts
 * import type { Tensor2D } from '@tensorflow/tfjs-core';
 * import { ntXentLoss } from 'selfsup/losses';
 * import { lossLaws } from 'selfsup/testing';
 * await lossLaws((a, b) => ntXentLoss(a as Tensor2D, b as Tensor2D), { batchOrder: true, numRuns: 5 });
 * ```
 */
export async function lossLaws(loss: Loss, options: LossLawsOptions = {}): Promise<void> {
  if (typeof loss !== 'function') throw new RangeError(`lossLaws: loss must be a function, got ${show(loss)}.`);
  const where = `lossLaws(${loss.name || 'loss'})`;
  const {
    scale = 1,
    batchOrder = false,
    tolerance = 1e-4,
    gradient = true,
    inputs = 2,
  } = checkOptions('lossLaws', options, [
    'inputs',
    'batch',
    'dim',
    'scale',
    'differentiable',
    'batchOrder',
    'extremes',
    'gradient',
    'tolerance',
    'numRuns',
    'seed',
    'path',
  ]);
  checkFlags('lossLaws', { batchOrder, ...(typeof gradient === 'object' ? {} : { gradient }) });
  const extremes = options.extremes ?? EXTREMES.filter((name) => name !== 'one sample');
  const shapes = lossShapes(where, options);
  const count = typeof inputs === 'number' ? inputs : inputs.length;
  const differentiable = options.differentiable ?? Array.from({ length: count }, (_, i) => i);
  checkNumbers(where, { scale: [scale, Number.MIN_VALUE], tolerance: [tolerance, 0] });
  for (const i of differentiable) checkIntegers(where, { differentiable: [i, 0, count - 1] });
  for (const name of extremes) checkChoice(where, 'extremes', name, EXTREMES);
  const describe = (subject: LossSubject): string =>
    subject.inputs.map((x, i) => `input ${i} ${describeData(x)}`).join('; ');
  const ordinary = tuple(shapes, nat(9999)).map(([given, seed]) => ordinaryInputs(given, seed, scale));
  const laws = lossChecks(loss, { differentiable, batchOrder, tolerance, gradient });
  await runLaws(
    { where, describe, subjects: ordinary.map((given) => lossSubject(loss, given, differentiable)), laws },
    options,
  );
  for (const name of extremes) {
    const subjects = tuple(shapes, nat(9999), constant(name)).map(([given, seed]) =>
      lossSubject(loss, extremeInputs(name, given, seed, scale), differentiable),
    );
    const rest = options.seed === undefined ? {} : { seed: options.seed };
    const laws = [finiteLaw(differentiable, name)];
    await runLaws({ where, describe, subjects, laws, seedReplays: true }, { ...rest, numRuns: 1 });
  }
}

function lossShapes(
  where: string,
  { inputs = 2, batch = [2, 6], dim = [2, 6] }: LossLawsOptions,
): Arbitrary<readonly (readonly number[])[]> {
  if (typeof inputs !== 'number') {
    checkIntegers(where, { 'inputs.length': [inputs?.length, 1] });
    return shrinkingTogether(where, inputs);
  }
  checkIntegers(where, { inputs: [inputs, 1] });
  return tuple(sizes(where, 'batch', batch), sizes(where, 'dim', dim)).map((shape) => new Array(inputs).fill(shape));
}
