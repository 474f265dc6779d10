import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readArguments, runGallery } from '../gallery/command.js';
import { loadPhotos } from '../gallery/photos.js';
import { stripPng } from '../gallery/strip.js';
import { startBackend } from '../pretrain/backend.js';
import { escape, page, section } from '../pretrain/report/html.js';
import { dataUri } from '../pretrain/report/pictures.js';
import { sections } from './rows.js';
import type { Shown } from './show.js';

const help = `Writes a page with what every pretext task makes of photos: what the network sees, and the labels below.

Usage: npm run gallery:pretext -- [options]

  --photos PATH   folder of images    (SELFSUP_DATA/photos where that is set, else rendered scenes)
  --out FILE      the page            (pretext.html)
  --strips DIR    also each row as a PNG strip, for the documentation
  --help          this text
`;

const style = `<style>
body { max-width: 1040px; } h3 { font-size: 15px; margin: 14px 0 0; } p { margin: 0 0 4px; }
.shown { display: flex; flex-wrap: wrap; gap: 8px; } figure { margin: 0; } figcaption { font-size: 12px; color: #52606d; }
</style>`;

async function main(args: string[]): Promise<void> {
  const { values } = readArguments(args);
  if (values.help) return void process.stdout.write(help);
  await startBackend('wasm');
  const photos = await loadPhotos(values.photos);
  if (values.strips !== undefined) await mkdir(values.strips, { recursive: true });
  const parts: string[] = [];
  let count = 0;
  for (const { heading, rows } of sections) {
    const drawn: string[] = [];
    for (const { name, caption, draw } of rows) {
      const shown = await draw(photos, ++count);
      drawn.push(`<h3>${escape(name)}</h3><p>${escape(caption)}</p><div class="shown">${await figures(shown)}</div>`);
      if (values.strips !== undefined) {
        const file = join(values.strips, `${name.replace(/[^\w]+/g, '-').replace(/-$/, '')}.png`);
        await writeFile(file, await stripPng(shown.map(({ picture }) => picture)));
      }
    }
    parts.push(section(heading, '', drawn.join('\n')));
  }
  const title = 'selfsup pretext tasks';
  const out = values.out ?? 'pretext.html';
  await writeFile(out, page(title, `${style}<h1>${title}</h1><p>On ${escape(photos.name)}.</p>\n${parts.join('\n')}`));
  console.log(`${out}: ${count} rows on ${photos.name}`);
}

async function figures(shown: readonly Shown[]): Promise<string> {
  const parts = shown.map(
    async ({ picture, note }) =>
      `<figure><img src="${await dataUri(picture, 200)}" alt="${escape(note)}"><figcaption>${escape(note)}</figcaption></figure>`,
  );
  return (await Promise.all(parts)).join('');
}

await runGallery(main);
