import type { Context } from '../context.js';
import { figureOf } from '../html.js';
import { gradePlot } from '../plots/gradePlot.js';
import { digits, percent, range, type Section } from '../section.js';

/** Accuracy on spoilt images. */
export function robustnessSections(report: Context): Section[] {
  const entries = report.of('robustness');
  if (entries.length === 0) return [];
  const grades = entries.flatMap(({ name, result }) => [
    ...result.byKind.map(({ kind }) => ({ name, kind: spaced(kind), severity: 0, value: result.clean })),
    ...result.corrupted.map(({ kind, severity, accuracy }) => ({
      ...{ name, kind: spaced(kind), severity, value: accuracy },
    })),
  ]);
  const kinds = [...new Set(entries.flatMap(({ result }) => result.byKind.map(({ kind }) => kind)))];
  const compared = entries.some(({ result }) => result.meanCorruptionError !== null);
  return [
    {
      heading: 'Robustness',
      caption:
        'Accuracy of a linear probe that was fitted to clean images, on images spoilt more and more; grade 0 is the clean ' +
        'accuracy. What is left is the corrupted accuracy as a share of the clean one. These are not ImageNet-C numbers: kinds ' +
        'and grades are those of this library, and an encoder trained with an augmentation has seen its corruption.',
      figures: [async () => figureOf(await gradePlot(grades, 'Accuracy by corruption and its severity'))],
      tables: [
        {
          head: [
            'name',
            'clean',
            '95 % interval',
            'corrupted',
            'what is left',
            ...(compared ? ['errors beside the baseline (mCE)'] : []),
          ],
          rows: entries.map(({ name, result }) => [
            name,
            percent(result.clean),
            range(result.cleanInterval),
            percent(result.accuracy),
            percent(result.relativeAccuracy),
            ...(compared ? [result.meanCorruptionError === null ? '' : digits(result.meanCorruptionError)] : []),
          ]),
        },
        {
          head: ['corruption, all grades', ...entries.map(({ name }) => name)],
          rows: kinds.map((kind) => [
            spaced(kind),
            ...entries.map(({ result }) => {
              const found = result.byKind.find((one) => one.kind === kind);
              return found === undefined ? '' : percent(found.accuracy);
            }),
          ]),
        },
      ],
    },
  ];
}

/** `gaussianNoise` as `gaussian noise`. */
function spaced(kind: string): string {
  return kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
