import {
  add,
  cast,
  mul,
  notEqual,
  type Rank,
  reshape,
  sub,
  type Tensor2D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers, checkSeed, checkShapes, isTensor, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { upTo } from '../internal/marked.js';
import { foldIn, type Seed, uniform } from '../random/index.js';
import { tokensOf } from './tokens.js';

/** Options of {@link maskedTokensTask}. */
export interface MaskedTokensOptions {
  /** Id of the token that stands for a hidden one. */
  readonly maskToken: number;
  /** Number of ids, which are 0 to `vocabularySize - 1`. */
  readonly vocabularySize: number;
  /** Ids that are never hidden nor put in: padding, start, separator; `maskToken` is among them anyway. @defaultValue none */
  readonly specialTokens?: readonly number[];
  /** Share of the other tokens that is hidden, in [0, 1]. @defaultValue 0.15, as in the paper */
  readonly ratio?: number;
  /** Of the hidden tokens, the share replaced by `maskToken`. @defaultValue 0.8, as in the paper */
  readonly masked?: number;
  /** Of the hidden tokens, the share replaced by a random token; the rest stays. @defaultValue 0.1, as in the paper */
  readonly random?: number;
  /**
   * Word of every token, rows of integers \>= 0 as long as those of `ids`: tokens of one word are hidden together. -1 for a token that is
   * never hidden. @defaultValue every token is a word
   */
  readonly words?: readonly ArrayLike<number>[];
}

/** What {@link maskedTokensTask} returns; the caller disposes all of it. */
export type MaskedTokensBatch = {
  /** Tokens with some of them replaced, int32 `[batch, length]`. */
  readonly inputs: Tensor2D;
  /** The tokens as they were, int32 `[batch, length]`. */
  readonly targets: Tensor2D;
  /** 1 where a token is to be predicted, those that stayed among them, else 0; float32 `[batch, length]`. */
  readonly mask: Tensor2D;
};

/**
 * Masked language modelling: hides some tokens and asks for them. Every token, or word, is chosen with chance `ratio` on its own;
 * of those chosen 80 % become `maskToken`, 10 % a random token and 10 % stay. `maskedCrossEntropyLoss(logits, targets, mask)` is its
 * loss.
 *
 * Known shortcuts: a network that sees `maskToken` knows where to work, and later never sees it, which is what the tokens that are
 * replaced at random or stay are for; parts of a word give away the rest of it, the reason for `words`. A text of few tokens
 * may have none hidden; the loss is then 0.
 *
 * @param ids - int32 `[batch, length]`, or rows of equal length: pad them.
 * @param seed - Seed or key; row i depends on it and i alone, and within a row so does each token or word.
 * @param options - The vocabulary and the shares.
 * @returns Inputs, targets and the mask; the caller disposes them. The ids of a tensor are not read back.
 * @throws ShapeError on a wrong shape or dtype; RangeError on a bad option, or a plain id outside the vocabulary.
 * @see Devlin et al., "BERT", NAACL 2019, arXiv:1810.04805, section 3.1 and appendix A.1, where the number hidden per text is
 * fixed; Hugging Face's `DataCollatorForLanguageModeling` draws token by token as here, but puts special tokens in too.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { maskedTokensTask } from 'selfsup/pretext';
 * const ids = tensor2d([[1, 7, 5, 9, 2, 0]], [1, 6], 'int32'); // 0 pads, 1 starts, 2 ends, 3 masks
 * const options = { maskToken: 3, vocabularySize: 12, specialTokens: [0, 1, 2], ratio: 0.5 };
 * const { inputs, targets, mask } = maskedTokensTask(ids, 1, options);
 * console.log(inputs.shape, targets.shape, mask.shape); // [1, 6] each
 * ```
 */
export function maskedTokensTask(
  ids: Tensor2D | readonly ArrayLike<number>[],
  seed: Seed,
  options: MaskedTokensOptions,
): MaskedTokensBatch {
  checkSeed('maskedTokensTask', seed);
  checkOptions('maskedTokensTask', options, [
    'maskToken',
    'vocabularySize',
    'specialTokens',
    'ratio',
    'masked',
    'random',
    'words',
  ]);
  const where = 'maskedTokensTask';
  const { maskToken, vocabularySize, specialTokens = [], ratio = 0.15, masked = 0.8, random = 0.1 } = options ?? {};
  checkIntegers(where, { vocabularySize: [vocabularySize, 2], maskToken: [maskToken, 0, vocabularySize - 1] });
  checkNumbers(where, { ratio: [ratio, 0, 1], masked: [masked, 0, 1], random: [random, 0, 1] });
  if (!(masked + random <= 1 + 1e-9)) {
    throw new RangeError(`${where}: masked + random must be at most 1, got ${masked} + ${random}.`);
  }
  for (const id of specialTokens) checkIntegers(where, { specialTokens: [id, 0, vocabularySize - 1] });
  const special = [...new Set([maskToken, ...specialTokens])].sort((a, b) => a - b);
  const ordinary = vocabularySize - special.length;
  if (!(ordinary >= 1))
    throw new RangeError(`${where}: vocabularySize must leave ordinary tokens, got ${vocabularySize}.`);
  if (isTensor(ids)) checkShapes(where, { ids: [ids, ['batch', 'length']] });
  const tokens = tokensOf(where, ids, vocabularySize);
  const [batch, length] = [tokens.lengths.length, tokens.lengths[0] as number];
  const odd = tokens.lengths.find((n) => n !== length);
  if (odd !== undefined) throw new ShapeError(`${where}: ids must have rows of ${length} tokens, got one of ${odd}.`);
  const words = wordsOf(where, options.words, batch, length);

  const chosen = new Float32Array(batch * length);
  const replaced = new Int32Array(batch * length); // 1 where the token goes
  const substitutes = new Int32Array(batch * length); // what takes its place
  for (let i = 0; i < batch; i++) {
    const key = foldIn(seed, i);
    const row = words?.[i] ?? null;
    const count = row === null ? length : 1 + Math.max(0, ...Array.from(row));
    const choices = uniform(foldIn(key, 0), count);
    const fates = uniform(foldIn(key, 1), length);
    const others = uniform(foldIn(key, 2), length);
    for (let j = 0; j < length; j++) {
      const word = row === null ? j : (row[j] as number);
      if (!(word >= 0 && (choices[word] as number) < ratio)) continue;
      const [at, fate] = [i * length + j, fates[j] as number];
      chosen[at] = 1;
      replaced[at] = fate < masked + random ? 1 : 0;
      substitutes[at] =
        fate < masked ? maskToken : ordinaryToken(Math.floor((others[j] as number) * ordinary), special);
    }
  }
  const shape: [number, number] = [batch, length];
  return tidy(() => {
    const targets = reshape<Rank.R2>(tokens.take(upTo(batch * length)), shape);
    const usual = special.reduce<Tensor2D>(
      (all, id) => mul(all, cast(notEqual(targets, id), 'int32')),
      tensor2d(new Int32Array(batch * length).fill(1), shape, 'int32'),
    );
    const gone = mul<Tensor2D>(usual, tensor2d(replaced, shape, 'int32'));
    const change = mul(gone, sub(tensor2d(substitutes, shape, 'int32'), targets));
    return {
      inputs: add<Tensor2D>(targets, change),
      targets,
      mask: mul<Tensor2D>(cast(usual, 'float32'), tensor2d(chosen, shape)),
    };
  });
}

/** The k-th id that is not special; the special ones are in order. */
function ordinaryToken(k: number, special: readonly number[]): number {
  return special.reduce((id, s) => (id >= s ? id + 1 : id), k);
}

function wordsOf(
  where: string,
  words: readonly ArrayLike<number>[] | undefined,
  batch: number,
  length: number,
): readonly ArrayLike<number>[] | null {
  if (words === undefined) return null;
  if (!Array.isArray(words) || words.length !== batch || words.some((row) => row?.length !== length)) {
    throw new ShapeError(`${where}: words must be ${batch} rows of ${length} integers, got ${show(words)}.`);
  }
  for (const [i, row] of (words as ArrayLike<number>[]).entries()) {
    for (let j = 0; j < length; j++) checkIntegers(where, { [`words[${i}][${j}]`]: [row[j] as number, -1, 2 ** 24] });
  }
  return words;
}
