import { chart } from '../chart.js';
import { byColour, byDash, byShape, grey, namesOf } from './marks.js';

/** A point of a curve. */
export interface CurvePoint {
  readonly name: string;
  readonly x: string | number;
  readonly value: number;
  readonly interval: readonly [number, number];
  readonly chance: number | null;
}

/** Shares along layers, or over the logarithm of a number of labels, with their intervals. */
export function curvePlot(points: readonly CurvePoint[], label: string, log = false): Promise<string> {
  const values = points.map(({ interval: [low, high], ...rest }) => ({ ...rest, low, high }));
  const names = namesOf(points);
  const places = [...new Set(points.map((point) => point.x))];
  const [least, most] = [Math.min(...places.map(Number)), Math.max(...places.map(Number))];
  const x = log
    ? ({
        field: 'x',
        type: 'quantitative',
        title: 'labelled samples, logarithmic',
        scale: { type: 'log', nice: false, domain: [least / 1.25, most * 1.25] as number[] },
        axis: { values: places as number[], format: ',', grid: false },
      } as const)
    : ({
        field: 'x',
        type: 'ordinal',
        title: null,
        sort: places as string[],
        axis: {
          labelAngle: places.some((place) => String(place).length > 9) ? -40 : 0,
          labelLimit: 240,
          labelOverlap: false,
        },
      } as const);
  const y = { type: 'quantitative' as const, scale: { zero: false, nice: true } };
  const axis = { axis: { format: '.0%', title: 'accuracy' } };
  const color = byColour(names);
  return chart(
    {
      width: log ? 520 : Math.max(260, Math.min(740, 90 * places.length)),
      height: 240,
      data: { values },
      layer: [
        {
          transform: [{ filter: 'isValid(datum.chance)' }],
          mark: { type: 'line', color: grey, strokeDash: [2, 3], strokeWidth: 1.5 },
          encoding: { x, y: { field: 'chance', aggregate: 'min', ...y } },
        },
        {
          mark: { type: 'rule', strokeWidth: 2, opacity: 0.6 },
          encoding: { x, y: { field: 'low', ...y, ...axis }, y2: { field: 'high' }, color },
        },
        {
          mark: { type: 'line', strokeWidth: 2 },
          encoding: { x, y: { field: 'value', ...y }, color, strokeDash: byDash(names) },
        },
        {
          mark: { type: 'point', filled: true, size: 70, opacity: 1 },
          encoding: { x, y: { field: 'value', ...y }, color, shape: byShape(names) },
        },
      ],
    },
    label,
  );
}
