/** Stops the run at the next step on Ctrl-C (SIGINT) or SIGTERM; the second time, at once. */
export interface Interrupt {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Exit code that tells of the signal: 130 or 143; undefined while none came. */
  readonly exitCode: () => number | undefined;
  /** From now on a signal ends the process at once, after `farewell` has been printed. */
  readonly endAtOnce: (farewell: string) => void;
}

/** One keypress can arrive twice: from the terminal, and passed on by npm or tsx. */
const SAME_KEYPRESS_MS = 400;

/** Listens for the signals. */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  let code: number | undefined;
  let first = 0;
  let last: string | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    const now = performance.now();
    if (last !== undefined) {
      process.stderr.write(`\n${last}\n`);
      process.exit(name === 'SIGINT' ? 130 : 143);
    }
    if (code !== undefined) {
      if (now - first > SAME_KEYPRESS_MS) process.exit(code);
      return;
    }
    code = name === 'SIGINT' ? 130 : 143;
    first = now;
    process.stderr.write('\nStopping after this step (once more: at once, without a checkpoint) ...\n');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    exitCode: () => code,
    endAtOnce: (farewell) => {
      last = farewell;
    },
  };
}
