import { escape, page, section } from '../pretrain/report/html.js';
import type { DrawnRow } from './draw.js';
import { stripUri } from './strip.js';

/** A part of the page. */
export interface DrawnSection {
  readonly heading: string;
  readonly rows: readonly DrawnRow[];
}

/** The page: a section a kind, a strip a row, the original first. */
export async function galleryPage(photos: string, sections: readonly DrawnSection[]): Promise<string> {
  const parts: string[] = [];
  for (const { heading, rows } of sections) {
    const strips: string[] = [];
    for (const { name, caption, original, draws } of rows) {
      const uri = await stripUri([original, ...draws]);
      strips.push(
        `<h3>${escape(name)}</h3><p>${escape(caption)}</p><img src="${uri}" alt="${escape(name)}: the original, then draws">`,
      );
    }
    parts.push(section(heading, '', strips.join('\n')));
  }
  const wide =
    '<style>body { max-width: 960px; } h3 { font-size: 15px; margin: 14px 0 0; } p { margin: 0 0 4px; }</style>';
  return page(
    'selfsup transforms',
    `${wide}<h1>selfsup transforms</h1><p>On ${escape(photos)}: the original first.</p>\n${parts.join('\n')}`,
  );
}
