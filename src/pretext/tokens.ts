import { reshape, type Tensor, type Tensor1D, type Tensor2D, tensor1d } from '@tensorflow/tfjs-core';
import { checkDtype, checkShapes, isTensor, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { takeImages } from '../transforms/takeImages.js';

/**
 * Text as numbers of words or parts of words: one text, or a row for each; int32 tensors, or plain and typed arrays, whose
 * rows may differ in length.
 */
export type TokenIds = Tensor1D | Tensor2D | ArrayLike<number> | ArrayLike<ArrayLike<number>>;

/** Texts end to end. */
export interface Tokens {
  /** Length of every text. */
  readonly lengths: readonly number[];
  /** All ids, where they are on the host. */
  readonly values: Int32Array | null;
  /** Ids at these places, counted through all texts; int32 `[places.length]`. */
  take(places: ArrayLike<number>): Tensor1D;
}

/** Checks ids, and below which number they lie where they are on the host. */
export function tokensOf(where: string, ids: TokenIds, below = 2 ** 31): Tokens {
  if (isTensor(ids)) return tensorTokens(where, ids);
  if (typeof ids !== 'object' || ids === null || typeof ids.length !== 'number') {
    throw new ShapeError(`${where}: ids must be an int32 tensor or an array of integers or of rows, got ${show(ids)}.`);
  }
  const rows =
    typeof ids[0] === 'object' ? Array.from(ids as ArrayLike<ArrayLike<number>>) : [ids as ArrayLike<number>];
  for (const [i, row] of rows.entries()) {
    if (typeof row !== 'object' || row === null || !(row.length >= 1)) {
      throw new ShapeError(`${where}: ids must have at least one token in every text, got ${show(row)} in row ${i}.`);
    }
  }
  const values = new Int32Array(rows.reduce((total, row) => total + row.length, 0));
  let at = 0;
  for (const [i, row] of rows.entries()) {
    for (let j = 0; j < row.length; j++) {
      const id = row[j] as number;
      if (!Number.isInteger(id) || !(id >= 0) || !(id < below)) {
        throw new RangeError(`${where}: ids must be integers from 0 to ${below - 1}, got ${show(id)} at [${i}, ${j}].`);
      }
      values[at++] = id;
    }
  }
  return {
    lengths: rows.map((row) => row.length),
    values,
    take: (places) =>
      tensor1d(
        Int32Array.from(places, (place) => values[place] as number),
        'int32',
      ),
  };
}

function tensorTokens(where: string, ids: Tensor): Tokens {
  checkShapes(where, { ids: [ids, ids.rank === 1 ? ['length'] : ['batch', 'length']] });
  checkDtype(where, { ids }, 'int32');
  const [length = 0, batch = 1] = [...ids.shape].reverse();
  return {
    lengths: new Array<number>(batch).fill(length),
    values: null,
    take: (places) => takeImages(reshape(ids, [batch * length]) as Tensor1D, places),
  };
}
