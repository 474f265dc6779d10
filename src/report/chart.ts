import type { TopLevelSpec } from 'vega-lite';
import { neededPackage } from '../internal/neededPackage.js';
import { escape } from './html.js';

const ink = '#1f2933';

/** One look for all plots. */
const config: TopLevelSpec['config'] = {
  aria: false, // the whole plot has one label; its numbers are in a table
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: ink,
    titleColor: ink,
    gridColor: '#e4e7eb',
    domainColor: '#9aa5b1',
    tickColor: '#9aa5b1',
    titleFontWeight: 'normal',
    labelFontSize: 12,
    titleFontSize: 12,
    labelLimit: 300,
    labelFlush: false,
  },
  header: { labelColor: ink, labelFontSize: 12, labelLimit: 400 },
  legend: {
    labelColor: ink,
    titleColor: ink,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelLimit: 300,
  },
  title: { color: ink, fontSize: 13, fontWeight: 'normal', anchor: 'start' },
};

/** Draws a Vega-Lite plot as SVG for a page: no script, nothing fetched. */
export async function chart(spec: TopLevelSpec, label: string): Promise<string> {
  const { compile, parse, View } = await load();
  const { spec: full } = compile(Object.assign({ config }, spec));
  const view = new View(parse(full), { renderer: 'none' });
  try {
    const svg = await view.toSVG();
    // Inside HTML the namespaces are implied.
    const bare = svg.replace(/ xmlns(:\w+)?="[^"]*"/g, '');
    return bare.replace('<svg ', () => `<svg role="img" aria-label="${escape(label)}" `);
  } finally {
    view.finalize();
  }
}

async function load() {
  const [vega, lite] = await Promise.all([needed('vega', import('vega')), needed('vega-lite', import('vega-lite'))]);
  return { parse: vega.parse, View: vega.View, compile: lite.compile };
}

async function needed<T>(name: string, loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (error) {
    throw neededPackage('probeReport: plots (figures: false leaves them out)', name, error);
  }
}
