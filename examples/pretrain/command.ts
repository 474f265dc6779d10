import { parseArgs } from 'node:util';
import { Failure, oneLine } from './failure.js';

/** A failure in one line for what `parseArgs` throws; of an option that is not known, the nearest of the `names`. */
export function badArguments(error: unknown, names: readonly string[] = []): Failure {
  const [reason = ''] = (error as Error).message.split(/\. |\n/);
  const unknown = /^Unknown option '--([^'=]*)/.exec(reason)?.[1];
  const near = unknown === undefined ? undefined : nearest(unknown, names);
  const hint = near === undefined ? '--help lists the options' : `did you mean --${near}? --help lists the options`;
  return new Failure(`${reason} (${hint})`, 2);
}

/** The name that differs in the fewest letters, if those are at most a third of it. */
function nearest(word: string, names: readonly string[]): string | undefined {
  const ranked = names.map((name) => ({ name, distance: editDistance(word.toLowerCase(), name) }));
  const [best] = ranked.sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : undefined;
}

/** Insertions, deletions and replacements that make one word of the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const [left, above, diagonal] = [next[j] as number, row[j + 1] as number, row[j] as number];
      next.push(Math.min(left + 1, above + 1, diagonal + (a[i] === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** The texts of options that take one, by their names; null where `--help` is asked for. Throws a Failure on any other. */
export function readTexts<Name extends string>(
  args: readonly string[],
  names: readonly Name[],
): Partial<Record<Name, string>> | null {
  const texts = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...texts, help: { type: 'boolean', short: 'h' } },
    });
    return values.help === true ? null : (values as Partial<Record<Name, string>>);
  } catch (error) {
    throw badArguments(error, names);
  }
}

/** Runs a command with the arguments of the process; what fails is one line on stderr, and the exit code. */
export async function runCommand(name: string, main: (args: string[]) => Promise<void>): Promise<void> {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${name}: ${oneLine(error)}\n`);
    process.exitCode = error instanceof Failure ? error.exitCode : 1;
  }
}
