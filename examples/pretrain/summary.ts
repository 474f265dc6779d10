import { relative } from 'node:path';
import type { Accuracy, Probes } from './evaluate/probe.js';
import { featureKinds } from './evaluate/probe.js';
import { spoken } from './progress.js';
import type { Outcome } from './results.js';

/** What the job prints at its end. */
export function summary(outcome: Outcome, folder: string): string {
  const { history, evaluation } = outcome;
  const { steps, seconds, imagesPerSecond } = history;
  const near = relative(process.cwd(), folder) || '.';
  const place = near.startsWith('..') ? folder : near;
  return [
    `Trained   ${steps} step${steps === 1 ? '' : 's'} in ${spoken(seconds)}, ${imagesPerSecond.toFixed(0)} images/s`,
    ...lossRemark(outcome),
    ...(evaluation.probes === null ? ['Probes    skipped: the data has no labels'] : accuracyTable(evaluation.probes)),
    `Wrote     ${place}/report.html, ${place}/result.json, ${place}/encoder/`,
  ].join('\n');
}

/** A line where the loss says that training was for nothing. */
function lossRemark({ history, recipe }: Outcome): string[] {
  const count = Math.ceil(history.loss.length / 10);
  const mean = (value: (step: number) => number): number =>
    Array.from({ length: count }, (_, i) => value(history.steps - count + i)).reduce((sum, v) => sum + v, 0) / count;
  const [reached, chance] = [mean((step) => history.loss[step] as number), mean(recipe.chance)];
  if (reached < 0.98 * chance) return [];
  return [`Note      the loss, ${reached.toFixed(3)}, is no better than with nothing learnt, ${chance.toFixed(3)}`];
}

function accuracyTable({ linear, knn }: Probes): string[] {
  const cell = ({ accuracy, interval: [low, high] }: Accuracy): string =>
    `${percent(accuracy)} (${percent(low)} to ${percent(high)})`.padEnd(26);
  const row = (head: string, ...cells: string[]): string => `  ${head.padEnd(12)}${cells.join('')}`.trimEnd();
  return [
    row('Accuracy', 'linear probe'.padEnd(26), 'kNN'),
    ...featureKinds.map((kind) => row(kind, cell(linear[kind]), cell(knn[kind]))),
  ];
}

/** 0.4567 as `45.7%`. */
export function percent(value: number): string {
  return `${(100 * value).toFixed(1)}%`;
}

/** One sentence that compares the linear probe's accuracies, and does not claim more than the intervals allow. */
export function verdict(probes: Probes | null): string {
  if (probes === null) return 'The data has no labels, so what was learnt could not be put into numbers.';
  const { pretrained, untrained } = probes.linear;
  const points = 100 * (pretrained.accuracy - untrained.accuracy);
  const told = `A linear probe on the pretrained encoder tells ${percent(pretrained.accuracy)} of the test images right`;
  const difference = `${Math.abs(points).toFixed(1)} points ${points < 0 ? 'fewer' : 'more'} than on the untrained one`;
  const apart = pretrained.interval[0] > untrained.interval[1] || untrained.interval[0] > pretrained.interval[1];
  const sure = apart ? 'the 95 % intervals do not overlap' : 'the 95 % intervals overlap, so this may be chance';
  return `${told}, ${difference} (${percent(untrained.accuracy)}); ${sure}.`;
}
