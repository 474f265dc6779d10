import { chart } from '../chart.js';
import { byColour, byDash, lines, namesOf } from './marks.js';

/** Share of the variance along each principal direction. */
export interface Direction {
  readonly name: string;
  readonly direction: number;
  readonly value: number;
}

/** Spectra on a logarithmic scale; what lies below a ten-millionth is left out. */
export function spectrumPlot(directions: readonly Direction[], label: string): Promise<string> {
  const names = namesOf(directions);
  const shown = directions.filter(({ value }) => value >= 1e-7);
  const tens = [0, -1, -2, -3, -4, -5, -6, -7].map((power) => 10 ** power);
  const few = shown.length <= 40;
  return chart(
    {
      width: 520,
      height: 200,
      data: { values: shown.map((one) => ({ ...one })) },
      mark: { type: 'line', strokeWidth: 2, ...(few ? { point: { size: 16 } } : {}) },
      encoding: {
        x: {
          field: 'direction',
          type: 'quantitative',
          title: 'principal direction',
          scale: { zero: false, nice: false },
          axis: { tickMinStep: 1, format: 'd', grid: false },
        },
        y: {
          field: 'value',
          type: 'quantitative',
          title: 'share of the variance',
          scale: { type: 'log' },
          axis: { format: '~%', values: tens },
        },
        color: { ...byColour(names), legend: lines },
        strokeDash: { ...byDash(names), legend: lines },
      },
    },
    label,
  );
}
