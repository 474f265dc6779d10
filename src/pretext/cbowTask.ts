import { mul, reshape, type Tensor1D, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { type TokenIds, tokensOf } from './tokens.js';

/** Options of {@link cbowTask}. */
export interface CbowOptions {
  /** Most words to either side that count as near, an integer \>= 1. @defaultValue 5, as in the authors' code */
  readonly window?: number;
}

/** What {@link cbowTask} returns; the caller disposes all of it. */
export type CbowBatch = {
  /** The words around each word, left to right, int32 `[words, 2 * window]`; 0 where the text has none. */
  readonly inputs: Tensor2D;
  /** 1 over the number of words around, 0 where there is none, float32 `[words, 2 * window]`: rows sum to 1. */
  readonly weights: Tensor2D;
  /** The word in the middle, int32 `[words]`. */
  readonly targets: Tensor1D;
};

/**
 * Continuous bag of words: each word from the words around it. The sum of their embeddings by `weights` is their mean; it takes the
 * place of the centre word in `skipGramLoss` or of the features in a softmax. Nothing is drawn, and every word of a text with at
 * least two makes a row; a text of one word makes none.
 *
 * Known shortcut: frequent words are near everything; leave them out of the text, or draw noise words by their counts.
 *
 * @param ids - Words by number, one text or rows of them: arrays, or int32 `[length]` or `[batch, length]`.
 * @param options - The window.
 * @returns Contexts, their weights and the words; the caller disposes them.
 * @throws ShapeError on a wrong shape, or where no text has two words; RangeError on a bad option or id.
 * @see Mikolov et al., "Efficient Estimation of Word Representations in Vector Space", arXiv:1301.3781, section 3.1; the
 * authors' word2vec.c, which averages, and draws a window for every word.
 * @example
 * ```ts
 * import { cbowTask } from 'selfsup/pretext';
 * const { inputs, weights, targets } = cbowTask([4, 1, 3], { window: 1 });
 * inputs.print(); // [0, 1], [4, 3], [1, 0]
 * weights.print(); // [0, 1], [0.5, 0.5], [1, 0]
 * targets.print(); // 4, 1, 3
 * ```
 */
export function cbowTask(ids: TokenIds, options: CbowOptions = {}): CbowBatch {
  const where = 'cbowTask';
  const { window = 5 } = checkOptions('cbowTask', options, ['window']);
  checkIntegers(where, { window: [window, 1] });
  const tokens = tokensOf(where, ids);
  const offsets = Array.from({ length: 2 * window }, (_, k) => (k < window ? k - window : k - window + 1));
  const [centers, contexts, weights]: [number[], number[], number[]] = [[], [], []];
  let start = 0;
  for (const length of tokens.lengths) {
    for (let at = 0; length > 1 && at < length; at++) {
      const there = offsets.map((offset) => at + offset >= 0 && at + offset < length);
      const count = there.filter(Boolean).length;
      centers.push(start + at);
      contexts.push(...offsets.map((offset, k) => start + at + (there[k] ? offset : 0)));
      weights.push(...there.map((present) => (present ? 1 / count : 0)));
    }
    start += length;
  }
  if (centers.length === 0) {
    throw new ShapeError(`${where}: ids must have a text of at least two words, got ${tokens.lengths} words.`);
  }
  const shape: [number, number] = [centers.length, 2 * window];
  return tidy(() => {
    const around: Tensor2D = reshape(tokens.take(contexts), shape);
    const present = tensor2d(
      weights.map((w) => (w > 0 ? 1 : 0)),
      shape,
      'int32',
    );
    return {
      inputs: mul<Tensor2D>(around, present),
      weights: tensor2d(weights, shape),
      targets: tokens.take(centers),
    };
  });
}
