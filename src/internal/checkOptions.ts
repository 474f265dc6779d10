import { isTensor, show } from './checks.js';
import { RangeError } from './errors.js';

/** All names of the options `O`, each at least once: one that is forgotten, or is not an option, does not compile. */
type Complete<O, Names extends readonly unknown[]> = [keyof O] extends [Names[number]]
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
  if (!isPlain(options)) throw new RangeError(`${where}: ${argument} must be an object, got ${show(options)}.`);
  for (const name of Object.keys(options)) {
    if (!names.includes(name as keyof O & string)) throw unknownOption(where, argument, name, names);
  }
  return options;
}

function isPlain(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !isTensor(value) &&
    !(value instanceof Promise)
  );
}

function unknownOption(where: string, argument: string, name: string, known: readonly string[]): RangeError {
  const near = nearestName(name, known);
  const expected =
    near !== undefined ? `did you mean '${near}'?` : `known are ${known.length > 0 ? known.join(', ') : 'none'}.`;
  return new RangeError(`${where}: ${argument} has no '${name}', ${expected}`);
}

/** The known name that differs in the fewest letters, if that is at most a third of them (or the case alone). */
function nearestName(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}

/** Insertions, deletions and replacements that turn one text into the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1);
    }
    row = next;
  }
  return row[b.length] as number;
}
