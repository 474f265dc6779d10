import type { Context } from '../context.js';
import type { Entry } from '../entries.js';
import { figureOf } from '../html.js';
import { dataUris } from '../pictures.js';
import { type MapPoint, mapPlot, mapSize, thumbnail } from '../plots/mapPlot.js';
import { percent, type Section, whole } from '../section.js';
import { checkRows } from './rows.js';

/** Features in the plane. */
export function mapSections(report: Context): Section[] {
  const entries = report.of('map');
  if (entries.length === 0) return [];
  for (const entry of entries) checkRows(entry, report.data(entry).test, entry.result.points.length, 'points');
  return [
    {
      heading: 'Maps',
      caption:
        'Features in the plane: a colour and a mark for each class, and some of the samples in their places. A map is a shadow ' +
        'of the real distances: trustworthiness is 1 where neighbours on the map are neighbours, about 0.5 at random; below about ' +
        '0.8 a map is evidence of nothing. Distances between groups and their sizes mean little in maps by t-SNE or UMAP.',
      figures: entries.map((entry) => async () => {
        const { labels } = report.data(entry).test;
        const present = [...new Set(labels?.subarray(0, entry.result.points.length))].sort((a, b) => a - b);
        const classes = [...new Set(present.map(report.className))];
        return figureOf(await mapPlot(await mapPoints(entry, report), classes, `Map of ${entry.name}`), entry.name);
      }),
      tables: [
        {
          head: ['name', 'points', 'trustworthiness', 'variance shown by the axes'],
          rows: entries.map(({ name, result: { points, explained, trustworthiness } }) => [
            name,
            whole(points.length),
            trustworthiness === null ? 'too few points' : trustworthiness.toFixed(2),
            explained === null ? 'axes mean nothing' : `${percent(explained[0])} and ${percent(explained[1])}`,
          ]),
        },
      ],
    },
  ];
}

async function mapPoints(entry: Entry<'map'>, report: Context): Promise<MapPoint[]> {
  const { images, labels } = report.data(entry).test;
  const { points } = entry.result;
  const chosen = images === null ? [] : apart(points);
  const uris =
    images === null || chosen.length === 0 ? null : await dataUris('probeReport', 'data.test.x', images, chosen, 32);
  return points.map(([x, y], i) => ({
    x,
    y,
    name: labels === null ? null : report.className(labels[i] as number),
    url: uris?.get(i) ?? null,
  }));
}

/** Points whose pictures do not lie over each other: the first come, first served. */
function apart(points: readonly (readonly [number, number])[]): number[] {
  const scale = (k: 0 | 1): ((i: number) => number) => {
    const values = points.map((point) => point[k]);
    const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    const span = high - low || 1;
    return (i) => (((values[i] as number) - low) / span) * (mapSize - thumbnail);
  };
  if (points.length === 0) return [];
  const [x, y] = [scale(0), scale(1)];
  const room = thumbnail + 6;
  const chosen: number[] = [];
  points.forEach((_, i) => {
    const free = chosen.every((j) => Math.abs(x(i) - x(j)) >= room || Math.abs(y(i) - y(j)) >= room);
    if (free) chosen.push(i);
  });
  return chosen;
}
