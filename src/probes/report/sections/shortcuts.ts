import type { Context } from '../context.js';
import { figureOf } from '../html.js';
import { type Dot, dotPlot } from '../plots/dotPlot.js';
import { percent, range, type Section } from '../section.js';

const groups = ['patches', 'borders', 'channels', 'together'] as const;

/** Shortcuts of pretext tasks. */
export function shortcutSections(report: Context): Section[] {
  const entries = report.of('shortcut');
  if (entries.length === 0) return [];
  const dots = entries.flatMap(({ name, result }) =>
    groups.map(
      (group): Dot => ({
        ...{ group: name, name: group, chance: result.chance },
        value: result[group].accuracy,
        interval: result[group].interval,
      }),
    ),
  );
  return [
    {
      heading: 'Shortcuts',
      caption:
        'How well the label of a pretext task is told from low-level statistics alone; near chance (a grey tick: always the most ' +
        'frequent label) is good. It finds what a linear probe can find there, so silence is no proof; photos leak a little by ' +
        'themselves.',
      sentences: entries.map(({ name, result }) => [name, result.sentence]),
      figures: [async () => figureOf(await dotPlot(dots, 'accuracy', 'Accuracy from low-level statistics'))],
      tables: [
        {
          head: ['name', 'statistics', 'accuracy', '95 % interval', 'chance', 'leaks'],
          rows: entries.flatMap(({ name, result }) =>
            groups.map((group) => [
              name,
              group,
              percent(result[group].accuracy),
              range(result[group].interval),
              percent(result.chance),
              result[group].leaks ? 'yes' : 'no',
            ]),
          ),
        },
      ],
    },
  ];
}
