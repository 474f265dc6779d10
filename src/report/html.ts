import type { Section, Table } from './section.js';

/** Text as HTML. */
export function escape(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c] as string);
}

const style = `
:root { color: #1f2933; background: #f5f7fa; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 960px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; } h2 { font-size: 18px; margin: 0 0 4px; }
h3 { font-size: 14px; margin: 12px 0 4px; overflow-wrap: anywhere; }
section { background: #fff; border: 1px solid #e4e7eb; border-radius: 10px; padding: 18px 22px; margin-top: 18px; }
p { margin: 0 0 12px; color: #52606d; } .summary { font-size: 16px; color: #1f2933; } .sentence { color: #1f2933; }
.figures { display: flex; flex-wrap: wrap; gap: 8px 20px; } figure { margin: 0 0 12px; min-width: 0; max-width: 100%; }
svg { max-width: 100%; height: auto; display: block; }
.wide { overflow-x: auto; } table { border-collapse: collapse; margin-bottom: 10px; }
th, td { text-align: left; vertical-align: top; padding: 5px 16px 5px 0; border-bottom: 1px solid #e4e7eb; max-width: 320px; overflow-wrap: break-word; }
td:not(:first-child, :last-child) { white-space: nowrap; } th { font-weight: 600; } td { font-variant-numeric: tabular-nums; } table { font-size: 14px; } summary { cursor: pointer; color: #52606d; }
img { image-rendering: pixelated; border-radius: 3px; display: block; }
.near { display: flex; flex-wrap: wrap; gap: 6px 8px; align-items: flex-start; margin-bottom: 10px; }
.near > div { font-size: 12px; line-height: 1.3; text-align: center; width: 76px; overflow-wrap: anywhere; }
.near > div:first-child { margin-right: 14px; font-weight: 600; }
.near img { margin: 3px auto 5px; } img.same { outline: 3px solid #009e73; } img.other { outline: 3px dashed #d55e00; }
`;

/** The report as a page that needs nothing but itself: no script, nothing fetched. */
export async function pageOf(
  title: string,
  summary: string,
  own: readonly string[],
  sections: readonly Section[],
  withFigures: boolean,
): Promise<string> {
  const parts: string[] = [...own];
  for (const one of sections) {
    const figures = withFigures ? await inTurn(one.figures) : [];
    const sentences = (one.sentences ?? []).map(
      ([name, sentence]) => `<p class="sentence"><b>${escape(name)}</b>: ${escape(sentence)}</p>`,
    );
    const drawn = figures.length > 0 ? `<div class="figures">${figures.join('')}</div>` : '';
    parts.push(sectionOf(one.heading, one.caption, [...sentences, drawn, ...one.tables.map(tableOf)].join('')));
  }
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<header><h1>${escape(title)}</h1>${summary && `<p class="summary">${escape(summary)}</p>`}</header>
<main>
${parts.join('\n')}
</main>
</body>
</html>
`;
}

/** One after the other, so that the page does not depend on which is ready first. */
async function inTurn(figures: Section['figures']): Promise<string[]> {
  const out: string[] = [];
  for (const figure of figures) out.push(await figure());
  return out;
}

/** A heading, a line that says what one sees, and its content as HTML. */
export function sectionOf(heading: string, caption: string, content: string): string {
  return `<section><h2>${escape(heading)}</h2>${caption && `<p>${escape(caption)}</p>`}${content}</section>`;
}

function tableOf({ head, rows, fold }: Table): string {
  const row = (cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`;
  const top = head.map((cell) => `<th scope="col">${escape(cell)}</th>`).join('');
  const table = `<div class="wide"><table><thead><tr>${top}</tr></thead><tbody>${rows.map(row).join('')}</tbody></table></div>`;
  return fold === undefined ? table : `<details><summary>${escape(fold)}</summary>${table}</details>`;
}

/** A plot or pictures with a heading of their own. */
export function figureOf(content: string, heading = ''): string {
  return `<figure>${heading && `<h3>${escape(heading)}</h3>`}${content}</figure>`;
}
