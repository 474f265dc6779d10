/** Text as HTML. */
export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] as string);
}

/** A picture at a size in CSS pixels, its own pixels kept sharp. */
export function img(uri: string, size: number, alt: string, mark: '' | 'same' | 'other' = ''): string {
  return `<img src="${uri}" width="${size}" height="${size}" alt="${escape(alt)}"${mark && ` class="${mark}"`}>`;
}

/** A section with a heading, a line that says what one sees, and its content. */
export function section(heading: string, caption: string, content: string): string {
  return `<section><h2>${escape(heading)}</h2>${caption && `<p>${escape(caption)}</p>`}${content}</section>`;
}

/** A table; cells are HTML. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  const headRow = head.length === 0 ? '' : `<thead>${row(head.map(escape), 'th')}</thead>`;
  return `<table>${headRow}<tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`;
}

const style = `
:root { color: #1f2933; background: #f5f7fa; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 860px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 0 0 4px; }
section { background: #fff; border: 1px solid #e4e7eb; border-radius: 10px; padding: 18px 22px; margin-top: 18px; }
p { margin: 0 0 12px; color: #52606d; } .lead { font-size: 16px; color: #1f2933; margin: 0; }
img { image-rendering: pixelated; border-radius: 3px; display: block; }
img.same { outline: 3px solid #009e73; } img.other { outline: 3px dashed #d55e00; outline-offset: -1px; }
table { border-collapse: collapse; } th, td { text-align: left; padding: 5px 18px 5px 0; border-bottom: 1px solid #e4e7eb; }
th { font-weight: 600; } td { font-variant-numeric: tabular-nums; }
svg { max-width: 100%; height: auto; display: block; }
.pairs { display: grid; gap: 14px; }
.row { display: flex; gap: 7px; align-items: center; } .pairs .row > :first-child { margin-right: 9px; }
.neighbours td { padding: 6px 20px 6px 0; border: 0; } .neighbours td:last-child { padding-right: 0; } .maps { display: flex; flex-wrap: wrap; gap: 16px; }
`;

/** A whole page that needs nothing but itself. */
export function page(title: string, body: string): string {
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
${body}
</body>
</html>
`;
}
