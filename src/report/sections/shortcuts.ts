import type { ShortcutAccuracy, ShortcutReport } from '../../probes/index.js';
import type { Context } from '../context.js';
import { figureOf } from '../html.js';
import { type Dot, dotPlot } from '../plots/dotPlot.js';
import { percent, range, type Section } from '../section.js';

const groups = ['patches', 'borders', 'continuity', 'channels', 'offsets', 'together'] as const;

/** Groups that there were statistics of. */
function measured(result: ShortcutReport): [string, ShortcutAccuracy][] {
  return groups.flatMap((group) => {
    const found = result[group];
    return found ? [[group, found] as [string, ShortcutAccuracy]] : [];
  });
}

/** Shortcuts of pretext tasks. */
export function shortcutSections(report: Context): Section[] {
  const entries = report.of('shortcut');
  if (entries.length === 0) return [];
  const dots = entries.flatMap(({ name, result }) =>
    measured(result).map(
      ([group, { accuracy, interval }]): Dot => ({
        ...{ group: name, name: group, chance: result.chance },
        ...{ value: accuracy, interval },
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
            measured(result).map(([group, { accuracy, interval, leaks }]) => [
              name,
              group,
              percent(accuracy),
              range(interval),
              percent(result.chance),
              leaks ? 'yes' : 'no',
            ]),
          ),
        },
      ],
    },
  ];
}
