import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPhotos } from '../gallery/photos.js';
import { stripPng } from '../gallery/strip.js';
import { startBackend } from '../pretrain/backend.js';
import { readTexts, runCommand } from '../pretrain/command.js';
import { escape, page, section } from '../pretrain/report/html.js';
import { dataUri } from '../pretrain/report/pictures.js';
import { loadMaterial } from './material/loadMaterial.js';
import { sections } from './sections.js';
import type { Shown } from './show.js';

const help = `Writes a page with what every pretext task makes of photos, clips, flow and text: what the network sees, and the labels below.

Usage: npm run gallery:pretext -- [options]

  --photos PATH   folder of images    (SELFSUP_DATA/photos where that is set, else rendered scenes)
  --out FILE      the page            (pretext.html)
  --strips DIR    also the rows of images as PNG strips, for the documentation
  --help          this text

Clips, flow, stereo, depth and text are those of SELFSUP_DATA (video, flow, stereo, rgbd, text). Where one is missing the
page and the output say so, and what is rendered from the photos stands in.
`;

const style = `<style>
body { max-width: 1040px; } h3 { font-size: 15px; margin: 14px 0 0; } p { margin: 0 0 4px; }
.shown { display: flex; flex-wrap: wrap; gap: 8px; } figure { margin: 0; } figcaption { font-size: 12px; color: #52606d; }
.line { flex-basis: 100%; color: #1f2933; }
</style>`;

async function main(args: string[]): Promise<void> {
  const values = readTexts(args, ['photos', 'out', 'strips']);
  if (values === null) return void process.stdout.write(help);
  await startBackend('wasm');
  const photos = await loadPhotos(values.photos);
  const { material, notes } = await loadMaterial(photos);
  for (const note of notes) console.log(note);
  if (values.strips !== undefined) await mkdir(values.strips, { recursive: true });
  const parts: string[] = [];
  let count = 0;
  for (const { heading, rows } of sections) {
    const drawn: string[] = [];
    for (const { name, caption, draw } of rows) {
      const shown = await draw(material, ++count);
      drawn.push(`<h3>${escape(name)}</h3><p>${escape(caption)}</p><div class="shown">${await figures(shown)}</div>`);
      if (values.strips !== undefined && heading === 'Images') {
        const file = join(values.strips, `${name.replace(/[^\w]+/g, '-').replace(/-$/, '')}.png`);
        await writeFile(file, await stripPng(shown.flatMap(({ picture }) => picture ?? [])));
      }
    }
    parts.push(section(heading, '', drawn.join('\n')));
  }
  const title = 'selfsup pretext tasks';
  const out = values.out ?? 'pretext.html';
  const on = [`On ${photos.name}.`, ...notes.map((note) => `${note}.`)]
    .map((line) => `<p>${escape(line)}</p>`)
    .join('');
  await writeFile(out, page(title, `${style}<h1>${title}</h1>${on}\n${parts.join('\n')}`));
  console.log(`${out}: ${count} rows on ${photos.name}`);
}

async function figures(shown: readonly Shown[]): Promise<string> {
  const parts = shown.map(async ({ picture, note }) => {
    if (picture === undefined) return `<p class="line">${escape(note)}</p>`;
    const image = `<img src="${await dataUri(picture, 1000)}" alt="${escape(note)}">`;
    return `<figure>${image}<figcaption>${escape(note)}</figcaption></figure>`;
  });
  return (await Promise.all(parts)).join('');
}

await runCommand('gallery', main);
