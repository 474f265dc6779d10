import type { Context } from '../context.js';
import { figureOf } from '../html.js';
import { curvePlot } from '../plots/curvePlot.js';
import { digits, percent, range, type Section, whole } from '../section.js';

/** Accuracy by number of labels. */
export function fewLabelSections(report: Context): Section[] {
  const entries = report.of('fewLabel');
  if (entries.length === 0) return [];
  const points = entries.flatMap(({ name, result: { results, classes } }) =>
    results.map(({ trainSamples, mean, interval }) => ({
      ...{ name, x: trainSamples, value: mean, interval, chance: 1 / Math.max(1, classes) },
    })),
  );
  return [
    {
      heading: 'Few labels',
      caption:
        'Mean accuracy where only some of the training labels are used. The 95 % interval covers both the draw of the labelled ' +
        'samples and that of the test part; dotted: one of the classes at random. It says how far labels go with frozen ' +
        'features, not how far they would go with fine-tuning.',
      figures: [async () => figureOf(await curvePlot(points, 'Accuracy by number of labels', true))],
      tables: [
        {
          head: ['name', 'probe', 'labelled samples', 'share', 'mean accuracy', '95 % interval', 'draws'],
          rows: entries.flatMap(({ name, result }) =>
            result.results.map(({ trainSamples, fraction, mean, interval, accuracies }) => [
              name,
              result.fitted,
              whole(trainSamples),
              `${digits(100 * fraction)}%`,
              percent(mean),
              range(interval),
              String(accuracies.length),
            ]),
          ),
        },
      ],
    },
  ];
}
