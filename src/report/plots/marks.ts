/** Colour of what chance would give. */
export const grey = '#52606d';

/** Okabe and Ito's colours, told apart by colour-blind readers too, then more. */
export const colours = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#7f3c8d',
  '#5b5b5b',
  '#b8a100',
  '#8c510a',
  '#1b7837',
  '#e7298a',
];
const shapes = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down'];
const dashes = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
];

/** A colour, a mark and a dash for each name: never colour alone. */
const cycle = <T>(list: readonly T[], domain: readonly string[]): T[] =>
  domain.map((_, i) => list[i % list.length] as T);
const legend = { orient: 'top', columns: 3, title: null, symbolOpacity: 1, symbolStrokeWidth: 0 } as const;
/** A legend of lines. */
export const lines = { ...legend, symbolType: 'stroke', symbolSize: 400, symbolStrokeWidth: 2 } as const;
export const byColour = (domain: readonly string[]) =>
  ({ field: 'name', type: 'nominal', scale: { domain: [...domain], range: cycle(colours, domain) }, legend }) as const;
export const byShape = (domain: readonly string[]) =>
  ({ field: 'name', type: 'nominal', scale: { domain: [...domain], range: cycle(shapes, domain) }, legend }) as const;
export const byDash = (domain: readonly string[]) =>
  ({ field: 'name', type: 'nominal', scale: { domain: [...domain], range: cycle(dashes, domain) }, legend }) as const;

/** Distinct names, in order. */
export function namesOf(rows: readonly { readonly name: string }[]): string[] {
  return [...new Set(rows.map(({ name }) => name))];
}
