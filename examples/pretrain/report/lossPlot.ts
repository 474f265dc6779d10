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
