import type { Seed } from '../random/index.js';
import { binomialCdf } from './bootstrap.js';
import { linearProbe } from './linearProbe.js';
import { probePart, type ShortcutSamples } from './shortcutSamples.js';
import { type ShortcutGroup, shortcutGroups } from './shortcutStatistics.js';

/** How well labels are told from some statistics. */
export interface ShortcutAccuracy {
  /** Share of held-out samples. */
  readonly accuracy: number;
  /** Bootstrap interval of it, 95 %. */
  readonly interval: [number, number];
  /**
   * Probability that a guesser of the most frequent label does as well, for as many samples as there are held-out images:
   * those made of one image are not independent.
   */
  readonly pValue: number;
  /** Whether that is at most `alpha` over the number of `tests`. */
  readonly leaks: boolean;
}

/** What {@link judgeGroups} needs to know. */
export interface ShortcutTrial {
  readonly train: ShortcutSamples;
  readonly test: ShortcutSamples;
  /** Share of the most frequent label. */
  readonly chance: number;
  /** Held-out samples that count as independent. */
  readonly independent: number;
  readonly alpha: number;
  readonly C: number | readonly number[];
}

/** Accuracies of the groups that there are statistics of, and of all together; and how many probes that were. */
export async function judgeGroups(
  { train, test, chance, independent, alpha, C }: ShortcutTrial,
  seed: Seed,
): Promise<{ readonly found: ReadonlyMap<ShortcutGroup | 'together', ShortcutAccuracy>; readonly tests: number }> {
  const groups = shortcutGroups.filter((group) => (test.rows[0]?.[group].length as number) > 0);
  const trials = new Map<ShortcutGroup | 'together', readonly ShortcutGroup[]>(groups.map((group) => [group, [group]]));
  trials.set('together', groups);
  const found = new Map<ShortcutGroup | 'together', ShortcutAccuracy>();
  for (const [name, own] of trials) {
    const parts = { train: probePart(train, own), test: probePart(test, own) };
    const { accuracy, interval } = await linearProbe(parts, seed, { C });
    const pValue = guessesAsWell(accuracy, independent, chance);
    found.set(name, { accuracy, interval, pValue, leaks: pValue <= alpha / trials.size });
  }
  return { found, tests: trials.size };
}

/** Probability of at least that share of n hits, each of which has a probability of `chance`. */
export function guessesAsWell(accuracy: number, n: number, chance: number): number {
  const hits = Math.floor(accuracy * n + 1e-9);
  return hits === 0 ? 1 : Math.max(0, 1 - (binomialCdf(n, chance)[hits - 1] as number));
}

/** What was found, in one sentence. */
export function verdictSentence(
  found: ReadonlyMap<ShortcutGroup | 'together', ShortcutAccuracy>,
  best: ShortcutGroup,
  chance: number,
  leaks: boolean,
): string {
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  const numbers = (name: ShortcutGroup | 'together'): string => {
    const { accuracy, interval } = found.get(name) as ShortcutAccuracy;
    return `${percent(accuracy)} (95 % interval ${percent(interval[0])} to ${percent(interval[1])}, chance ${percent(chance)})`;
  };
  if (!leaks)
    return `No shortcut found: from low-level statistics a linear probe tells the label in ${numbers('together')} of samples.`;
  const together = percent((found.get('together') as ShortcutAccuracy).accuracy);
  return `Shortcut: low-level statistics alone tell the label, ${best} most of all, in ${numbers(best)} of samples; all together in ${together}.`;
}
