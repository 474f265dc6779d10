import cliProgress from 'cli-progress';
import type { TrainingCallbacks } from 'selfsup/training';

/** How much there is to do; one of the two bounds at least. */
export interface Goal {
  /** Steps in all; null: no bound. */
  readonly steps: number | null;
  /** Seconds of training from now on; null: no bound. */
  readonly seconds: number | null;
  /** Steps done by the run that is gone on from. */
  readonly done: number;
}

/** Where training stands. */
export interface Standing {
  /** Steps done. */
  readonly step: number;
  readonly loss: number;
  readonly imagesPerSecond: number;
  /** Share of the work that is done, in [0, 1]. */
  readonly fraction: number;
  /** Estimated seconds until the end. */
  readonly secondsLeft: number;
}

/** Callbacks that show how training goes on. */
export interface Progress extends TrainingCallbacks {
  /** Ends the display, also where training ended with an error. */
  readonly stop: () => void;
}

/** A bar on a terminal, a line now and then elsewhere. */
export function progress(goal: Goal, stream: NodeJS.WriteStream = process.stdout): Progress {
  const show = stream.isTTY ? bar(goal, stream) : lines(goal, stream);
  let [begun, images, step] = [0, 0, goal.done];
  return {
    onTrainBegin: () => {
      begun = performance.now();
      show.begin();
    },
    onBatchEnd: (_batch, logs) => {
      const seconds = (performance.now() - begun) / 1000;
      images += logs?.size ?? 0;
      step += 1;
      show.update({
        step,
        loss: logs?.loss ?? Number.NaN,
        imagesPerSecond: images / seconds,
        ...outlook(goal, step, seconds),
      });
    },
    stop: show.end,
  };
}

/** Share done and time left, by the bound that will be reached first at this pace. */
export function outlook(goal: Goal, step: number, seconds: number): Pick<Standing, 'fraction' | 'secondsLeft'> {
  const pace = seconds / (step - goal.done);
  const bySteps = goal.steps === null ? Number.POSITIVE_INFINITY : (goal.steps - step) * pace;
  const byTime = goal.seconds === null ? Number.POSITIVE_INFINITY : goal.seconds - seconds;
  const secondsLeft = Math.max(0, Math.min(bySteps, byTime));
  const fraction = bySteps <= byTime ? step / (goal.steps as number) : seconds / (goal.seconds as number);
  return { secondsLeft, fraction: Math.min(1, fraction) };
}

/** Seconds as people say them: `45 s`, `2 min 05 s`, `1 h 03 min`. */
export function spoken(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

interface Display {
  begin(): void;
  update(standing: Standing): void;
  end(): void;
}

function describe(goal: Goal, { step, loss, imagesPerSecond, secondsLeft }: Standing): string {
  const steps = goal.steps === null ? `step ${step}` : `step ${step}/${goal.steps}`;
  const rate = imagesPerSecond < 10 ? imagesPerSecond.toFixed(1) : imagesPerSecond.toFixed(0);
  return `${steps}  loss ${loss.toFixed(3)}  ${rate} images/s  ${spoken(secondsLeft)} left`;
}

/** A bar that redraws itself. Signals are the job's own affair, hence no `gracefulExit`. */
function bar(goal: Goal, stream: NodeJS.WriteStream): Display {
  const display = new cliProgress.SingleBar({
    stream,
    format: '{bar} {percentage}%  {text}',
    barsize: 28,
    barCompleteChar: '\u2588',
    barIncompleteChar: '\u2591',
    hideCursor: true,
    gracefulExit: false,
    linewrap: null,
  });
  const end = (): void => {
    if (display.isActive) display.stop();
  };
  return {
    begin() {
      display.start(1000, 0, { text: 'first step' });
      process.once('exit', end); // or the cursor stays hidden
    },
    update: (standing) => display.update(Math.round(1000 * standing.fraction), { text: describe(goal, standing) }),
    end,
  };
}

/** A line for each twentieth of the work, and for the first step and the last. */
function lines(goal: Goal, stream: NodeJS.WriteStream): Display {
  let written = -1;
  let last: Standing | undefined;
  let shown: Standing | undefined;
  const write = (standing: Standing): void => {
    const percent = `${Math.floor(100 * standing.fraction)}%`.padStart(4);
    stream.write(`${percent}  ${describe(goal, standing)}\n`);
    shown = standing;
  };
  return {
    begin: () => undefined,
    update(standing) {
      last = standing;
      const part = Math.floor(20 * standing.fraction);
      if (part === written) return;
      written = part;
      write(standing);
    },
    end() {
      if (last !== undefined && last !== shown) write(last);
      last = undefined;
    },
  };
}
