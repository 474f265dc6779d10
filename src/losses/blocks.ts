import {
  add,
  concat,
  dispose,
  div,
  exp,
  expandDims,
  getBackend,
  log,
  mul,
  slice,
  squeeze,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  sum as total,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkIntegers } from '../internal/checks.js';
import type { FeatureBlock } from '../internal/featureBlocks.js';
import { softmaxRows } from '../internal/logSumExp.js';
import { matMul } from '../internal/matMul.js';
import { withGradient } from '../internal/withGradient.js';
import { softmaxPays } from './plainExp.js';

/** From one row up to another, which is not part of it. */
export type Range = readonly [from: number, to: number];

/** Checks the option of the same name, where it is given. */
export function checkChunkSize(where: string, chunkSize: number | undefined): void {
  if (chunkSize !== undefined) checkIntegers(where, { chunkSize: [chunkSize, 1] });
}

/** All rows, `size` at a time. */
export function ranges(rows: number, size = rows): readonly Range[] {
  return Array.from({ length: Math.ceil(rows / size) }, (_, i) => [i * size, Math.min(rows, (i + 1) * size)] as const);
}

/** Rows of a matrix, or entries of a vector. */
export function rowsOf<T extends Tensor>(x: T, [from, to]: Range): T {
  return from === 0 && to === x.shape[0] ? x : slice(x, from, to - from);
}

/** What the rows of a block of logits come to, and the derivative of that by the logits. */
export interface RowTerms {
  readonly values: Tensor1D;
  readonly slopes: Tensor2D;
  /** What the slopes of each row are still to be divided by, `[rows, 1]`; nothing if left out. */
  readonly divisors?: Tensor2D;
}

/** Terms of the rows in `range`; of tensors it may use `logits` and `extras` only, for it is called again later. */
export type Terms = (logits: Tensor2D, range: Range, extras: readonly Tensor[]) => RowTerms;

/**
 * One number for each row of the logits a b^T, `[rows of a]`. With a chunk size there are never more rows of logits than
 * that at a time: the gradient makes them again. A block is a constant.
 */
export function rowwise(
  a: Tensor2D,
  b: Tensor2D | FeatureBlock,
  chunkSize: number | undefined,
  terms: Terms,
  extras: readonly Tensor[] = [],
): Tensor1D {
  const parts = ranges(a.shape[0], chunkSize);
  const learnt = !('columns' in b);
  return withGradient<Tensor1D>(learnt ? [a, b] : [a], (save) => {
    const [rows, columns] = learnt ? [b, transpose(b)] : [b.rows, b.columns];
    const at = (x: Tensor2D, y: Tensor2D, range: Range, others: readonly Tensor[]): RowTerms =>
      terms(matMul(rowsOf(x, range), y), range, others);
    const once = parts.length === 1 ? at(a, columns, parts[0] as Range, extras) : null;
    save([a, rows, ...(once ? kept(once) : [columns, ...extras])]);
    return {
      value: once?.values ?? concat(parts.map((range) => tidy(() => at(a, columns, range, extras).values))),
      gradient: (dy, saved) => {
        const [x, y, z, ...others] = saved as [Tensor2D, Tensor2D, Tensor2D, ...Tensor2D[]];
        return gradients(parts, learnt, y, x, (range) => {
          const [slopes, divisors] = once ? [z, others[0]] : kept(at(x, z, range, others));
          const own = expandDims<Tensor2D>(rowsOf(dy, range), 1);
          return [slopes as Tensor2D, divisors ? div<Tensor2D>(own, divisors) : own];
        });
      },
    };
  });
}

function kept({ slopes, divisors }: RowTerms): Tensor2D[] {
  return divisors ? [slopes, divisors] : [slopes];
}

/**
 * G b and, if asked for, G^T a, with G made a few rows at a time: as it is, or with a factor for each row, `[rows, 1]`, which
 * then goes to the thin matrices.
 */
export function gradients(
  parts: readonly Range[],
  both: boolean,
  b: Tensor2D,
  a: Tensor2D,
  slopes: (range: Range) => readonly [g: Tensor2D, factors?: Tensor2D],
): Tensor2D[] {
  // A GPU multiplies by a transposed matrix as fast as by another, and has fewer kernels to run.
  const turned = getBackend().startsWith('webg');
  let sum: Tensor2D | undefined;
  const found = parts.map((range) => {
    const [left, right] = tidy((): [Tensor2D, Tensor2D?] => {
      const [g, factors] = slopes(range);
      const scaled = (x: Tensor2D): Tensor2D => (factors ? mul(x, factors) : x);
      const own = scaled(matMul(g, b));
      if (!both) return [own];
      const rows = scaled(rowsOf(a, range));
      const other: Tensor2D = turned ? matMul(g, rows, true) : matMul(transpose(rows), g);
      return [own, sum ? add<Tensor2D>(sum, other) : other];
    });
    if (sum) dispose(sum);
    sum = right;
    return left;
  });
  return [concat(found), ...(sum ? [turned ? sum : transpose(sum)] : [])];
}

/**
 * Terms of the log-sum-exp of each row, after `shut` has been added to the logits. `plain`: whether exponentials of the
 * logits may be summed as they are.
 */
export function logSumExpTerms(plain: boolean, shut?: (range: Range) => Tensor2D): Terms {
  return (products, range) => {
    const logits = shut ? add<Tensor2D>(products, shut(range)) : products;
    if (plain && !softmaxPays()) {
      const slopes = exp(logits);
      const divisors = total<Tensor2D>(slopes, 1, true);
      return { values: squeeze<Tensor1D>(log(divisors), [1]), slopes, divisors };
    }
    const { probabilities, logSumExp } = softmaxRows(logits);
    return { values: squeeze<Tensor1D>(logSumExp, [1]), slopes: probabilities };
  };
}
