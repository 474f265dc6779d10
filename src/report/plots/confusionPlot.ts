import type { TopLevelSpec } from 'vega-lite';
import { chart } from '../chart.js';

/** A confusion matrix as a heat map: the darker, the larger the share of the true class. */
export function confusionPlot(
  matrix: readonly (readonly number[])[],
  classNames: readonly string[],
  label: string,
): Promise<string> {
  const counts = matrix.length <= 12;
  const values = matrix.flatMap((row, truth) => {
    const total = row.reduce((sum, n) => sum + n, 0);
    return row.map((n, guess) => ({ truth, guess, n, share: total > 0 ? n / total : 0 }));
  });
  // Classes by number, named by labels: two classes may have one name.
  const names = JSON.stringify(classNames).replace(/[\u2028\u2029]/g, ' ');
  const axis = { labelExpr: `${names}[datum.value]`, labelLimit: 110, labelOverlap: false } as const;
  const x = { field: 'guess', type: 'ordinal', title: 'predicted', axis: { ...axis, labelAngle: -40 } } as const;
  const y = { field: 'truth', type: 'ordinal', title: 'true', axis } as const;
  const step = counts ? 30 : 16;
  const layer: TopLevelSpec = {
    width: { step },
    height: { step },
    data: { values },
    layer: [
      {
        mark: { type: 'rect', stroke: '#e4e7eb', strokeWidth: 0.5 },
        encoding: {
          x,
          y,
          color: {
            field: 'share',
            type: 'quantitative',
            scale: { domain: [0, 0.5, 1], range: ['#ffffff', '#6baed6', '#08306b'], interpolate: 'rgb' },
            legend: null,
          },
        },
      },
      ...(counts
        ? [
            {
              transform: [{ filter: 'datum.n > 0' }],
              mark: { type: 'text' as const, fontSize: 10 },
              encoding: {
                x,
                y,
                text: { field: 'n', type: 'quantitative' as const },
                color: { condition: { test: 'datum.share > 0.65', value: '#ffffff' }, value: '#1f2933' },
              },
            },
          ]
        : []),
    ],
  };
  return chart(layer, label);
}
