import { chart } from './chart.js';

const blue = '#2563eb';
const grey = '#9aa5b1';
const red = '#c2410c';

/** The loss of each step, its running mean, and the value that would mean "nothing learnt". */
export function lossPlot(
  loss: readonly number[],
  chance: { readonly values: readonly number[]; readonly text: string },
): Promise<string> {
  const span = Math.max(1, Math.round(loss.length / 20));
  const values = loss.map((value, i) => {
    const window = loss.slice(Math.max(0, i - span + 1), i + 1);
    return {
      step: i + 1,
      value,
      chance: chance.values[i],
      mean: window.reduce((sum, v) => sum + v, 0) / window.length,
    };
  });
  const x = {
    field: 'step',
    type: 'quantitative',
    title: 'step',
    scale: { nice: false },
    axis: { tickMinStep: 1, format: 'd' },
  } as const;
  const scale = { zero: false, nice: true } as const;
  const last = chance.values.at(-1) as number;
  const label = [{ step: loss.length, chance: last, text: `nothing learnt: ${last.toPrecision(4)}` }];
  return chart(
    {
      width: 760,
      height: 260,
      layer: [
        {
          data: { values },
          mark: { type: 'line', color: grey, opacity: 0.6, strokeWidth: 1 },
          encoding: { x, y: { field: 'value', type: 'quantitative', title: 'loss', scale } },
        },
        {
          data: { values },
          mark: { type: 'line', color: blue, strokeWidth: 2.5 },
          encoding: { x, y: { field: 'mean', type: 'quantitative', scale } },
        },
        {
          data: { values },
          mark: { type: 'line', color: red, strokeDash: [6, 4], strokeWidth: 1.5 },
          encoding: { x, y: { field: 'chance', type: 'quantitative', scale } },
        },
        {
          data: { values: label },
          mark: { type: 'text', color: red, align: 'right', baseline: 'bottom', dx: -4, dy: -4, fontSize: 12 },
          encoding: { x, y: { field: 'chance', type: 'quantitative', scale }, text: { field: 'text' } },
        },
      ],
    },
    `Loss by step; ${chance.text}`,
  );
}

/** A point of the map. */
export interface MapPoint {
  readonly x: number;
  readonly y: number;
  /** Class, where it is known. */
  readonly name: string | null;
}

/** Okabe and Ito's colours, told apart by colour-blind readers too, then more. */
const colours = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#d55e00',
  '#56b4e9',
  '#7f3c8d',
  '#5b5b5b',
  '#b8a100',
  '#8c510a',
  '#1b7837',
  '#e7298a',
];
const shapes = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down'];

/** Embeddings in the plane, a colour and a mark for each class. */
export function mapPlot(points: readonly MapPoint[], classNames: readonly string[], title: string): Promise<string> {
  const named = classNames.length > 0 && classNames.length <= colours.length;
  const axis = { axis: null, scale: { zero: false } } as const;
  const domain = [...classNames];
  const legend = { orient: 'bottom', columns: 4, symbolOpacity: 1 } as const;
  return chart(
    {
      title,
      width: 370,
      height: 350,
      data: { values: points.map((point) => ({ ...point })) },
      mark: { type: 'point', filled: true, size: 24, opacity: 0.75, aria: false },
      encoding: {
        x: { field: 'x', type: 'quantitative', ...axis },
        y: { field: 'y', type: 'quantitative', ...axis },
        ...(named
          ? {
              color: {
                field: 'name',
                type: 'nominal',
                title: null,
                scale: { domain, range: colours.slice(0, domain.length) },
                legend,
              },
              shape: {
                field: 'name',
                type: 'nominal',
                title: null,
                scale: { domain, range: domain.map((_, i) => shapes[i % shapes.length] as string) },
                legend,
              },
            }
          : classNames.length > 0
            ? { color: { field: 'name', type: 'nominal', legend: null, scale: { scheme: 'rainbow' } } }
            : { color: { value: blue } }),
      },
    },
    `Map of the embeddings: ${title}`,
  );
}

/** An accuracy with its confidence interval. */
export interface AccuracyRow {
  readonly probe: string;
  readonly features: string;
  readonly accuracy: number;
  readonly interval: readonly [number, number];
}

/** Accuracies as dots with their intervals, and the line of guessing. */
export function accuracyPlot(rows: readonly AccuracyRow[], chance: number, order: readonly string[]): Promise<string> {
  const values = rows.map(({ probe, features, accuracy, interval: [low, high] }) => ({
    probe,
    features,
    accuracy,
    low,
    high,
  }));
  const x = {
    type: 'quantitative' as const,
    scale: { domain: [0, 1] },
    axis: { format: '.0%', title: 'accuracy on the test images' },
  };
  const y = { field: 'features', type: 'nominal', sort: [...order], title: null } as const;
  const color = {
    field: 'features',
    type: 'nominal',
    legend: null,
    scale: { domain: [...order], range: [blue, '#52606d', grey] },
  } as const;
  return chart(
    {
      spacing: 14,
      data: { values },
      facet: {
        row: {
          field: 'probe',
          type: 'nominal',
          title: null,
          sort: 'descending',
          header: { labelOrient: 'top', labelAnchor: 'start', labelFontSize: 12, labelFontWeight: 'bold' },
        },
      },
      spec: {
        width: 520,
        height: 84,
        layer: [
          { mark: { type: 'rule', color: red, strokeDash: [6, 4] }, encoding: { x: { datum: chance, ...x } } },
          {
            mark: { type: 'rule', strokeWidth: 3 },
            encoding: { x: { field: 'low', ...x }, x2: { field: 'high' }, y, color },
          },
          {
            mark: { type: 'point', filled: true, size: 90, opacity: 1 },
            encoding: { x: { field: 'accuracy', ...x }, y, color },
          },
        ],
      },
    },
    'Accuracies with their confidence intervals',
  );
}
