import { chart } from '../chart.js';
import { byColour, grey, namesOf } from './marks.js';

/** A share with its interval. */
export interface Dot {
  /** What is compared within. */
  readonly group: string;
  readonly name: string;
  readonly value: number;
  readonly interval: readonly [number, number];
  /** What guessing would give, where it is known. */
  readonly chance: number | null;
}

/** Shares as dots with their intervals, a block for each group; a grey tick where guessing would be. */
export function dotPlot(dots: readonly Dot[], title: string, label: string): Promise<string> {
  const groups = [...new Set(dots.map(({ group }) => group))];
  const names = namesOf(dots);
  const blocks = groups.map((group, i) => {
    const own = dots.filter((dot) => dot.group === group);
    const last = i === groups.length - 1;
    const x = {
      type: 'quantitative' as const,
      scale: { domain: [0, 1] },
      axis: { format: '.0%', title: last ? title : null, labels: last, ticks: last },
    };
    const y = { field: 'name', type: 'nominal', sort: namesOf(own), title: null } as const;
    const color = { ...byColour(names), legend: null };
    return {
      title: { text: group, fontWeight: 'bold' as const, fontSize: 12, offset: 4 },
      width: 520,
      height: { step: 26 },
      data: { values: own.map(({ interval: [low, high], ...rest }) => ({ ...rest, low, high })) },
      layer: [
        {
          transform: [{ filter: 'isValid(datum.chance)' }],
          mark: { type: 'tick' as const, color: grey, thickness: 2, size: 22, opacity: 1 },
          encoding: { x: { field: 'chance', ...x }, y },
        },
        {
          mark: { type: 'rule' as const, strokeWidth: 3 },
          encoding: { x: { field: 'low', ...x }, x2: { field: 'high' }, y, color },
        },
        {
          mark: { type: 'point' as const, filled: true, size: 90, opacity: 1 },
          encoding: { x: { field: 'value', ...x }, y, color },
        },
      ],
    };
  });
  return chart({ spacing: 6, vconcat: blocks }, label);
}
