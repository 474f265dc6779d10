import type { Context } from '../context.js';
import { figureOf } from '../html.js';
import { type Dot, dotPlot } from '../plots/dotPlot.js';
import { percent, range, type Section, whole } from '../section.js';

/** Segmentation. */
export function denseSections(report: Context): Section[] {
  const entries = report.of('dense');
  if (entries.length === 0) return [];
  const dots = entries.map(
    ({ name, result }): Dot => ({
      ...{ group: 'mean IoU', name, chance: null },
      value: result.meanIoU,
      interval: result.interval,
    }),
  );
  const classes = Math.max(...entries.map(({ result }) => result.perClass.length));
  return [
    {
      heading: 'Segmentation',
      caption:
        'Mean intersection over union of a linear classifier of map cells, with the 95 % interval over test images. It says ' +
        'whether maps tell what is where, not what a decoder would make of them; a finer grid gives more with equal features.',
      figures: [async () => figureOf(await dotPlot(dots, 'mean IoU', 'Mean IoU with its 95 % interval'))],
      tables: [
        {
          head: ['name', 'mean IoU', '95 % interval', 'pixels told right', 'grid', 'test images'],
          rows: entries.map(({ name, result }) => [
            name,
            percent(result.meanIoU),
            range(result.interval),
            percent(result.pixelAccuracy),
            `${result.grid[0]} x ${result.grid[1]}`,
            whole(result.testSamples),
          ]),
        },
        {
          head: ['IoU of class', ...entries.map(({ name }) => name)],
          rows: Array.from({ length: classes }, (_, c) => [
            report.className(c),
            ...entries.map(({ result }) => {
              const value = result.perClass[c] ?? null;
              return value === null ? 'occurs nowhere' : percent(value);
            }),
          ]),
        },
      ],
    },
  ];
}
