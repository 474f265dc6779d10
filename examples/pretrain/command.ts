import { parseArgs } from 'node:util';
import { Failure, oneLine } from './failure.js';

/** A failure in one line for what `parseArgs` throws. */
export function badArguments(error: unknown): Failure {
  const [reason] = (error as Error).message.split(/\. |\n/);
  return new Failure(`${reason} (--help lists the options)`, 2);
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
    throw badArguments(error);
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
