import { Failure, oneLine } from './failure.js';
import { help, readOptions } from './options.js';

/** Runs the job; the exit code: 0 done, 1 failed, 2 wrong command line, 130 or 143 stopped by a signal. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options === null) {
      process.stdout.write(help);
      return 0;
    }
    const { runJob } = await import('./job.js');
    return await runJob(options);
  } catch (error) {
    process.stderr.write(`pretrain: ${oneLine(error)}\n`);
    return error instanceof Failure ? error.exitCode : 1;
  }
}

/** A reader that has gone away (`| head`) or a full disk behind the output: stop as for SIGTERM, with a checkpoint. */
let outputFailed = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (outputFailed) return;
  outputFailed = true;
  if (error.code !== 'EPIPE') process.stderr.write(`pretrain: cannot write to standard output: ${oneLine(error)}\n`);
  process.exitCode = 1;
  process.kill(process.pid, 'SIGTERM');
});
process.stderr.on('error', () => undefined);

const exitCode = await main(process.argv.slice(2));
await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
process.exit(outputFailed ? 1 : exitCode);
