import type { Context } from '../context.js';
import { figureOf } from '../html.js';
import { spectrumPlot } from '../plots/spectrumPlot.js';
import { digits, type Section, whole } from '../section.js';

/** Whether features still differ. */
export function collapseSections(report: Context): Section[] {
  const entries = report.of('collapse');
  if (entries.length === 0) return [];
  const directions = entries.flatMap(({ name, result }) =>
    result.spectrum.map((value, i) => ({ name, direction: i + 1, value })),
  );
  return [
    {
      heading: 'Collapse',
      caption:
        'Whether features still differ, and along how many directions; not whether they differ by what matters. Deviation: 0 is ' +
        'one point, beside it that of an even spread. Ranks: directions in use. Uniformity: 0 is one point, about -4 an even ' +
        'spread. Alignment: mean squared distance of two views of a sample. The plot shows the share of the variance along each ' +
        'principal direction: the steeper, the fewer are in use.',
      sentences: entries.map(({ name, result }) => [name, result.sentence]),
      figures: [async () => figureOf(await spectrumPlot(directions, 'Share of the variance by principal direction'))],
      tables: [
        {
          head: [
            'name',
            'deviation',
            'of an even spread',
            'effective rank',
            'RankMe',
            'full rank',
            'uniformity',
            'alignment',
            'samples',
          ],
          rows: entries.map(({ name, result }) => [
            name,
            digits(result.featureStd),
            digits(result.expectedStd),
            digits(result.effectiveRank),
            digits(result.rankMe),
            whole(result.fullRank),
            digits(result.uniformity),
            result.alignment === null ? '' : digits(result.alignment),
            whole(result.samples),
          ]),
        },
      ],
    },
  ];
}
