/** Text as HTML. */
export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] as string);
}

/** A picture at a size in CSS pixels. */
export function img(uri: string, size: number, alt: string): string {
  return `<img src="${uri}" width="${size}" height="${size}" alt="${escape(alt)}">`;
}

/** A section with a heading, a line that says what one sees, and its content. */
export function section(heading: string, caption: string, content: string): string {
  return `<section><h2>${escape(heading)}</h2>${caption && `<p>${escape(caption)}</p>`}${content}</section>`;
}

/** A table of names and values. */
export function table(rows: readonly (readonly [name: string, value: string])[]): string {
  const row = ([name, value]: readonly [string, string]): string =>
    `<tr><td>${escape(name)}</td><td>${escape(value)}</td></tr>`;
  return `<table><tbody>${rows.map(row).join('')}</tbody></table>`;
}

const style = `
:root { color: #1f2933; background: #f5f7fa; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 860px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 0 0 4px; }
section { background: #fff; border: 1px solid #e4e7eb; border-radius: 10px; padding: 18px 22px; margin-top: 18px; }
p { margin: 0 0 12px; color: #52606d; }
img { image-rendering: pixelated; border-radius: 3px; display: block; }
svg { max-width: 100%; height: auto; display: block; }
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
