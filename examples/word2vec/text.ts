import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A text and what it is. */
export interface Text {
  readonly name: string;
  readonly text: string;
}

/** The file that was named, the sample text of SELFSUP_DATA, or else this project's documentation. */
export async function loadText(file: string | undefined): Promise<Text> {
  const data = process.env.SELFSUP_DATA;
  const sample = data === undefined ? undefined : join(data, 'text', 'tinyshakespeare.txt');
  const path = file ?? sample;
  if (path !== undefined) return { name: path, text: await readFile(path, 'utf8') };
  const root = join(import.meta.dirname, '../..');
  const pages = (await readdir(join(root, 'docs')))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name));
  const texts = await Promise.all(['README.md', ...pages].map((page) => readFile(join(root, page), 'utf8')));
  return { name: 'the documentation of this project', text: texts.join('\n') };
}
