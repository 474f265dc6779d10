import { chart } from '../chart.js';
import { byColour, byShape, colours } from './marks.js';

/** A point of a map. */
export interface MapPoint {
  readonly x: number;
  readonly y: number;
  /** Class, where it is known. */
  readonly name: string | null;
  /** A picture shown in its place, as a data URI. */
  readonly url: string | null;
}

/** Side of a picture on a map, in pixels. */
export const thumbnail = 24;
/** Width and height of a map. */
export const mapSize = 400;

/** Features in the plane, a colour and a mark for each class, pictures over them. */
export function mapPlot(points: readonly MapPoint[], classes: readonly string[], label: string): Promise<string> {
  const few = classes.length > 0 && classes.length <= colours.length;
  const place = { axis: null, scale: { zero: false, nice: false, padding: thumbnail / 2 + 2 } } as const;
  const x = { field: 'x', type: 'quantitative', ...place } as const;
  const y = { field: 'y', type: 'quantitative', ...place } as const;
  const color = few
    ? byColour(classes)
    : classes.length > 0
      ? ({ field: 'name', type: 'nominal', legend: null, scale: { scheme: 'rainbow' } } as const)
      : { value: colours[0] as string };
  const all = points.map((point) => ({ ...point }));
  return chart(
    {
      width: mapSize,
      height: mapSize,
      layer: [
        {
          data: { values: all },
          mark: { type: 'point', filled: true, size: 26, opacity: 0.7 },
          encoding: { x, y, color, ...(few ? { shape: byShape(classes) } : {}) },
        },
        {
          data: { values: all.filter(({ url }) => url !== null) },
          mark: { type: 'point', shape: 'square', filled: true, size: (thumbnail + 2) ** 2, opacity: 1 },
          encoding: { x, y, color },
        },
        {
          data: { values: all.filter(({ url }) => url !== null) },
          mark: { type: 'image', width: thumbnail - 2, height: thumbnail - 2 },
          encoding: { x, y, url: { field: 'url', type: 'nominal' } },
        },
      ],
    },
    label,
  );
}
