import { parseArgs } from 'node:util';
import { Failure, oneLine } from '../pretrain/failure.js';

/** Options of a gallery's command line. Throws a Failure on one that is unknown. */
export function readArguments(args: string[]) {
  const string = { type: 'string' } as const;
  try {
    return parseArgs({
      args,
      options: { photos: string, out: string, strips: string, help: { type: 'boolean' } },
    });
  } catch (error) {
    throw new Failure(`${oneLine(error)} (see --help)`, 2);
  }
}

/** Runs a gallery with the arguments of the process; what fails is one line on stderr. */
export async function runGallery(main: (args: string[]) => Promise<void>): Promise<void> {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`gallery: ${oneLine(error)}\n`);
    process.exitCode = error instanceof Failure ? error.exitCode : 1;
  }
}
