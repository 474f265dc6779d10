import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBackend } from '../pretrain/backend.js';
import { readTexts, runCommand } from '../pretrain/command.js';
import { drawRows } from './draw.js';
import { galleryPage } from './page.js';
import { loadPhotos } from './photos.js';
import { operationRows, policyRows, transformRows } from './rows.js';
import { stripPng } from './strip.js';

const help = `Writes a page with every transform and policy applied to photos: the original, then eight draws.

Usage: npm run gallery -- [options]

  --photos PATH   folder of images    (SELFSUP_DATA/photos where that is set, else rendered scenes)
  --out FILE      the page            (gallery.html)
  --strips DIR    also the policies as PNG strips, for the documentation
  --help          this text
`;

async function main(args: string[]): Promise<void> {
  const values = readTexts(args, ['photos', 'out', 'strips']);
  if (values === null) return void process.stdout.write(help);
  await startBackend('wasm');
  const photos = await loadPhotos(values.photos);
  const sections = [
    { heading: 'Policies', rows: policyRows },
    { heading: 'Random transforms', rows: transformRows },
    { heading: 'Operations', rows: operationRows },
  ];
  const drawn = [];
  for (const { heading, rows } of sections) drawn.push({ heading, rows: await drawRows(rows, photos) });
  const out = values.out ?? 'gallery.html';
  await writeFile(out, await galleryPage(photos.name, drawn));
  if (values.strips !== undefined) {
    await mkdir(values.strips, { recursive: true });
    for (const row of drawn[0]?.rows ?? []) {
      await writeFile(join(values.strips, `${row.name}.png`), await stripPng([row.original, ...row.draws]));
    }
  }
  console.log(`${out}: ${drawn.reduce((total, { rows }) => total + rows.length, 0)} rows on ${photos.name}`);
}

await runCommand('gallery', main);
