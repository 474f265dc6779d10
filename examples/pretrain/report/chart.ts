import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

const ink = '#1f2933';
const faint = '#e4e7eb';

/** One look for all plots. */
const config: TopLevelSpec['config'] = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: ink,
    titleColor: ink,
    gridColor: faint,
    domainColor: '#9aa5b1',
    tickColor: '#9aa5b1',
    titleFontWeight: 'normal',
    labelFontSize: 12,
    titleFontSize: 12,
  },
  legend: { labelColor: ink, titleColor: ink, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 'normal' },
  title: { color: ink, fontSize: 13, fontWeight: 'normal', anchor: 'start' },
};

/** Draws a Vega-Lite plot as SVG for a page: no script, nothing fetched. */
export async function chart(spec: TopLevelSpec, label: string): Promise<string> {
  const { spec: full } = compile(Object.assign({ config }, spec));
  const view = new View(parse(full), { renderer: 'none' });
  try {
    const svg = await view.toSVG();
    // Inside HTML the namespaces are implied.
    const bare = svg.replace(/ xmlns(:\w+)?="[^"]*"/g, '');
    return bare.replace('<svg ', `<svg role="img" aria-label="${label.replace(/[<&"]/g, '')}" `);
  } finally {
    view.finalize();
  }
}
