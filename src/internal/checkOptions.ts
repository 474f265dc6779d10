import { isTensor, kindOf, show } from './checks.js';
import { RangeError } from './errors.js';

/** All names of the options `O`, each at least once: one that is forgotten, or is not an option, does not compile. */
export type Complete<O, Names extends readonly unknown[]> = [keyof O] extends [Names[number]]
  ? unknown
  : readonly ['missing option', Exclude<keyof O, Names[number]>];

/**
 * Checks that options are an object that holds none but the known ones, and gives them back to be destructured. A name that
 * is not known is a misspelling, and would otherwise leave the default in place without a word.
 *
 * @throws RangeError that names the nearest known option, where one is near.
 */
export function checkOptions<O extends object, const Names extends readonly (keyof O & string)[]>(
  where: string,
  options: O,
  names: Names & Complete<O, Names>,
  argument = 'options',
): O {
  if (kindOf(options) !== 'Object' || isTensor(options))
    throw new RangeError(`${where}: ${argument} must be an object, got ${show(options)}.`);
  for (const name of Object.keys(options)) {
    if (!names.includes(name as keyof O & string)) {
      const near = nearestName(name, names);
      const expected = near ? `did you mean '${near}'?` : `known are ${names.join(', ') || 'none'}.`;
      throw new RangeError(`${where}: ${argument} has no '${JSON.stringify(name).slice(1, -1)}', ${expected}`);
    }
  }
  return options;
}

/** The known name that differs in the fewest letters, if that is at most a third of them, or 1. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  for (let edits = 0; edits < 9; edits++) {
    const near = known.find(
      (candidate) =>
        edits <= Math.max(1, candidate.length / 3) && isWithin(name.toLowerCase(), candidate.toLowerCase(), edits),
    );
    if (near) return near;
  }
  return undefined;
}

/** Whether so many insertions, deletions and replacements, or fewer, turn one text into the other. */
function isWithin(a: string, b: string, edits: number): boolean {
  if (Math.abs(a.length - b.length) > edits) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const [x, y] = [a.slice(i + 1), b.slice(i + 1)];
  return (
    a === b ||
    (edits > 0 &&
      [
        [x, y],
        [a.slice(i), y],
        [x, b.slice(i)],
      ].some(([c, d]) => isWithin(c as string, d as string, edits - 1)))
  );
}
