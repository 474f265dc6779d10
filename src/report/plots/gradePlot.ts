import { chart } from '../chart.js';
import { byColour, byDash, lines, namesOf } from './marks.js';

/** An accuracy at one grade of one corruption; grade 0 is none. */
export interface Grade {
  readonly name: string;
  readonly kind: string;
  readonly severity: number;
  readonly value: number;
}

/** A small plot for each corruption. */
export function gradePlot(grades: readonly Grade[], label: string): Promise<string> {
  const names = namesOf(grades);
  const top = Math.max(0.1, Math.ceil(10 * grades.reduce((most, { value }) => Math.max(most, value), 0)) / 10);
  return chart(
    {
      data: { values: grades.map((grade) => ({ ...grade })) },
      columns: 5,
      spacing: { row: 12, column: 14 },
      facet: {
        field: 'kind',
        type: 'nominal',
        title: null,
        sort: [...new Set(grades.map(({ kind }) => kind))],
        header: { labelAnchor: 'start' },
      },
      spec: {
        width: 128,
        height: 84,
        mark: { type: 'line', point: { size: 16 }, strokeWidth: 1.75 },
        encoding: {
          x: { field: 'severity', type: 'ordinal', title: null, axis: { labelAngle: 0, labelFontSize: 10 } },
          y: {
            field: 'value',
            type: 'quantitative',
            title: null,
            scale: { domain: [0, top] },
            axis: { format: '.0%', values: [0, top / 2, top], labelFontSize: 10 },
          },
          color: { ...byColour(names), legend: lines },
          strokeDash: { ...byDash(names), legend: lines },
        },
      },
    },
    label,
  );
}
