import type { TopLevelSpec } from 'vega-lite';
import { missingPackageError } from '../internal/missingPackageError.js';
import { escape } from './html.js';

const plots = 'probeReport: plots (figures: false leaves them out)';

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

// Each import in a `try` of its own, awaited: what bundlers take for a package that may be missing.
async function load() {
  const [vega, lite] = await Promise.all([loadVega(), loadVegaLite()]);
  return { parse: vega.parse, View: vega.View, compile: lite.compile };
}

async function loadVega(): Promise<typeof import('vega')> {
  try {
    return await import('vega');
  } catch (error) {
    throw missingPackageError(plots, 'vega', error);
  }
}

async function loadVegaLite(): Promise<typeof import('vega-lite')> {
  try {
    return await import('vega-lite');
  } catch (error) {
    throw missingPackageError(plots, 'vega-lite', error);
  }
}
