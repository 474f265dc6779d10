import { dispose, reshape, slice, type Tensor, type TensorContainer, tidy } from '@tensorflow/tfjs-core';

/** Something to time: what it returns is read back, so that no backend can put the work off, and disposed. */
export type Timed = () => TensorContainer;

/** How a comparison is timed. */
export interface CompareOptions {
  /** Rounds at least; each runs every candidate once, so that drift of the machine hits all of them. @defaultValue 9 */
  readonly rounds?: number;
  /** Short candidates get more rounds, up to 99, until this many milliseconds are spent. @defaultValue 1500 */
  readonly budget?: number;
  /** Rounds before the clock starts. @defaultValue 2 */
  readonly warmUp?: number;
}

/** Median milliseconds of each candidate. */
export type Timings<N extends string> = Readonly<Record<N, number>>;

/** Times candidates in turn, round after round. */
export function compare<N extends string>(
  candidates: Readonly<Record<N, Timed>>,
  options: CompareOptions = {},
): Timings<N> {
  const { rounds = 9, budget = 1500, warmUp = 2 } = options;
  const names = Object.keys(candidates) as N[];
  const times = new Map<N, number[]>(names.map((name) => [name, []]));
  let spent = 0;
  for (let round = -warmUp; round < rounds || (spent < budget && round < 99); round++) {
    for (const name of names) {
      const ms = time(candidates[name]);
      if (round < 0) continue;
      times.get(name)?.push(ms);
      spent += ms;
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) as number[])])) as Timings<N>;
}

/** The same on any backend: waits until a number of the result has been read, so that a GPU cannot put the work off. */
export async function compareAsync<N extends string>(
  candidates: Readonly<Record<N, Timed>>,
  options: CompareOptions = {},
): Promise<Timings<N>> {
  const { rounds = 9, budget = 0, warmUp = Math.min(2, rounds) } = options;
  const names = Object.keys(candidates) as N[];
  const times = new Map<N, number[]>(names.map((name) => [name, []]));
  let spent = 0;
  for (let round = -warmUp; round < rounds || (spent < budget && round < 99); round++) {
    for (const name of names) {
      const start = performance.now();
      const last = tidy(() => {
        const made = Object.values({ made: candidates[name]() }).flat() as Tensor[];
        return slice(reshape(made[made.length - 1] as Tensor, [-1]), 0, 1);
      });
      await last.data();
      const ms = performance.now() - start;
      last.dispose();
      if (round < 0) continue;
      times.get(name)?.push(ms);
      spent += ms;
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) as number[])])) as Timings<N>;
}

/** Prints a ratio with its aim, and returns whether it holds. */
export function report(label: string, ms: number, reference: number, aim?: number): boolean {
  const ratio = ms / reference;
  const verdict = aim === undefined ? '' : ratio <= aim ? `  (aim ${aim}: met)` : `  (aim ${aim}: MISSED)`;
  console.log(`${label.padEnd(58)} ${ms.toFixed(1).padStart(8)} ms  ${ratio.toFixed(2).padStart(6)} x${verdict}`);
  return aim === undefined || ratio <= aim;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function time(run: Timed): number {
  const start = performance.now();
  const result = tidy(() => run());
  const ms = performance.now() - start;
  dispose(result);
  return ms;
}
