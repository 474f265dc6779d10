import type { Context } from '../context.js';
import { figureOf } from '../html.js';
import { type CurvePoint, curvePlot } from '../plots/curvePlot.js';
import { percent, range, type Section } from '../section.js';

/** Accuracy by layer. */
export function layerSections(report: Context): Section[] {
  const entries = report.of('layerwise');
  if (entries.length === 0) return [];
  // Encoders of like layers share a plot; tfjs counts on in the names of the second.
  const groups = new Map<string, { readonly names: string[]; readonly points: CurvePoint[] }>();
  for (const { name, result } of entries) {
    const names = result.layers.map(({ layer }) => layer);
    const key = names.map((layer) => layer.replace(/\d+/g, '')).join('\n');
    const group = groups.get(key) ?? { names: names.map((layer, i) => `${i + 1} ${layer}`), points: [] };
    groups.set(key, group);
    for (const [i, { accuracy, interval, classes }] of result.layers.entries()) {
      const x = group.names[i] as string;
      group.points.push({ name, x, value: accuracy, interval, chance: 1 / Math.max(1, classes) });
    }
  }
  return [
    {
      heading: 'Layers',
      caption:
        'Accuracy of a probe on each layer, with 95 % intervals; dotted: one of the classes at random. It says which layer has ' +
        'the classes, not which one to report: choose that on other data than the test part. In the plot layers are numbered, and ' +
        'named after the first encoder of their kind.',
      figures: [...groups.values()].map(
        ({ points }) =>
          async () =>
            figureOf(await curvePlot(points, 'Accuracy by layer')),
      ),
      tables: [
        {
          head: ['name', 'layer', 'probe', 'accuracy', '95 % interval'],
          rows: entries.flatMap(({ name, result }) =>
            result.layers.map(({ layer, probe, accuracy, interval }) => [
              name,
              layer,
              probe,
              percent(accuracy),
              range(interval),
            ]),
          ),
        },
      ],
    },
  ];
}
