import type { Context } from '../context.js';
import { figureOf } from '../html.js';
import { type Dot, dotPlot } from '../plots/dotPlot.js';
import { percent, range, type Section, whole } from '../section.js';

/** What a search brings up. */
export function retrievalSections(report: Context): Section[] {
  const entries = report.of('retrieval');
  if (entries.length === 0) return [];
  const rows = entries.flatMap(({ name, result }) => [
    ...result.recall.map(
      ({ k, recall, interval }): Dot => ({ group: `recall at ${k}`, name, value: recall, interval, chance: null }),
    ),
    {
      group: 'mean average precision',
      name,
      value: result.meanAveragePrecision,
      interval: result.interval,
      chance: result.chance,
    },
  ]);
  const [first] = entries;
  return [
    {
      heading: 'Retrieval',
      caption:
        'A search of the training part by cosine similarity. Recall at k: share of queries with one of their class among the ' +
        'first k; mean average precision: the whole ranking, beside that of a random one (a grey tick). 95 % intervals over ' +
        'queries. They say nothing about other measures of similarity.' +
        (first !== undefined && first.result.withoutRelevant > 0
          ? ` ${whole(first.result.withoutRelevant)} queries of "${first.name}" have no sample of their class to find.`
          : ''),
      figures: [
        async () => figureOf(await dotPlot(rows, 'recall, precision', 'Recall and precision with 95 % intervals')),
      ],
      tables: [
        {
          head: ['name', 'measure', 'value', '95 % interval', 'random ranking'],
          rows: rows.map(({ name, group, value, interval, chance }) => [
            name,
            group,
            percent(value),
            range(interval),
            chance === null ? '' : percent(chance),
          ]),
        },
      ],
    },
  ];
}
