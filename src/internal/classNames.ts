import { RangeError } from './errors.js';
import { countClasses } from './hostRows.js';

/** Classes as probes see them: numbered from 0 in the order in which they first occur, whatever the labels call them. */
export interface ClassNames {
  /** Number of classes: those that occur, or the number asked for. */
  readonly classes: number;
  /** Label of each class that occurs, in the order of first occurrence. */
  readonly names: readonly number[];
  /** The lists of labels, each entry the position of its class in `names`; -1 where it is the ignored label. */
  readonly indices: readonly Int32Array[];
}

/**
 * Numbers the classes of lists of labels. Since nothing that follows sees the labels themselves, results do not depend on
 * them: neither on their size, nor on gaps, nor on their order.
 *
 * @throws RangeError where a number of classes is asked for that does not hold all labels.
 */
export function nameClasses(
  where: string,
  classes: number | undefined,
  lists: readonly Int32Array[],
  ignore?: number,
): ClassNames {
  const positions = new Map<number, number>();
  const indices = lists.map((labels) =>
    labels.map((label) => {
      if (label === ignore) return -1;
      const known = positions.get(label);
      if (known !== undefined) return known;
      positions.set(label, positions.size);
      return positions.size - 1;
    }),
  );
  const names = [...positions.keys()];
  if (classes !== undefined) countClasses(where, classes, Int32Array.from(names));
  return { classes: classes ?? Math.max(1, names.length), names, indices };
}

/** Indices of classes as the labels that they have. */
export function labelsOf(indices: ArrayLike<number>, names: readonly number[]): number[] {
  return Array.from(indices, (i) => names[i] as number);
}

/**
 * Checks that what has an entry for every label up to the largest one is of a sensible size; a number of classes that was
 * asked for is taken at its word.
 *
 * @throws RangeError that says what to do.
 */
export function checkColumns(
  where: string,
  entries: number,
  most: number,
  classes: number,
  asked: number | undefined,
): void {
  if (asked !== undefined || entries <= most) return;
  throw new RangeError(
    `${where}: labels index rows or columns of the result and must be small, got ${classes - 1}: number the classes from 0, ` +
      'or set options.classes.',
  );
}

/** Scores of samples for classes at once: 256 MiB. */
export const MOST_SCORES = 2 ** 26;
