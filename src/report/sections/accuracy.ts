import type { Context } from '../context.js';
import type { Entry } from '../entries.js';
import { figureOf } from '../html.js';
import { type Dot, dotPlot } from '../plots/dotPlot.js';
import { digits, percent, range, type Section, whole } from '../section.js';

/** Probes that give one accuracy, in the order of the report. */
export const kinds = ['linear', 'ridge', 'knn', 'mlp', 'fineTune'] as const;
/** A result of such a probe. */
export type Classified = Entry<(typeof kinds)[number]>;

/** What they are called. */
export const titles = {
  linear: 'linear probe',
  ridge: 'ridge probe',
  knn: 'kNN',
  mlp: 'MLP probe',
  fineTune: 'fine-tuning',
} as const;

/** What each probe says, and what it does not. */
const meanings: Readonly<Record<Classified['kind'], string>> = {
  linear:
    'The linear probe says how much of the classes a linear map finds in frozen features, not how well fine-tuning would do.',
  ridge: 'The ridge probe says much the same by least squares.',
  knn: 'kNN says whether similar samples have the same class, not what lies in directions that do not dominate the distance.',
  mlp: 'The MLP probe says whether the classes are in the features at all, not that the encoder found them: it learns by itself.',
  fineTune: 'Fine-tuning says how good a start the encoder is for training, not how good its features are as they are.',
};

/** Their results by probe, so that what is compared stands together. */
export function classified(report: Context): Classified[] {
  return kinds.flatMap((kind) => report.of(kind) as Classified[]);
}

/** Accuracies of probes that give one each. */
export function accuracySections(report: Context): Section[] {
  const entries = classified(report);
  if (entries.length === 0) return [];
  const dots = entries.map(
    ({ kind, name, result }): Dot => ({
      group: titles[kind],
      name,
      value: result.accuracy,
      interval: result.interval,
      chance: 1 / Math.max(1, result.classes),
    }),
  );
  return [
    {
      heading: 'Accuracy',
      caption:
        'Share of test samples told right. The 95 % bootstrap interval says how far it would move with other test samples, not ' +
        `with another training run. Chance (a grey tick): one of the classes at random. ${kinds
          .filter((kind) => entries.some((entry) => entry.kind === kind))
          .map((kind) => meanings[kind])
          .join(' ')}`,
      figures: [async () => figureOf(await dotPlot(dots, 'accuracy', 'Accuracies with their 95 % intervals'))],
      tables: [
        {
          head: [
            'name',
            'probe',
            'accuracy',
            '95 % interval',
            'chance',
            'train accuracy',
            'train / test samples',
            'setting',
          ],
          rows: entries.map((entry) => {
            const { name, kind, result } = entry;
            return [
              name,
              titles[kind],
              percent(result.accuracy),
              range(result.interval),
              percent(1 / Math.max(1, result.classes)),
              'trainAccuracy' in result ? percent(result.trainAccuracy) : '',
              `${whole(result.trainSamples)} / ${whole(result.testSamples)}`,
              setting(entry),
            ];
          }),
        },
      ],
    },
  ];
}

function setting({ kind, result }: Classified): string {
  switch (kind) {
    case 'linear':
      return `C = ${digits(result.C)}${result.converged ? '' : ', not converged'}`;
    case 'ridge':
      return `alpha = ${digits(result.alpha)}`;
    case 'knn':
      return `k = ${result.k}, temperature ${digits(result.temperature)}`;
    case 'mlp':
      return `${result.hidden} hidden units`;
    case 'fineTune':
      return `${whole(result.steps)} steps`;
  }
}
