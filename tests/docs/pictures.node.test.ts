import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

/** What a picture of the documentation may be made from, and the terms. A new source is a decision: it is added here too. */
const allowed: Record<string, string> = {
  astronaut: 'public domain',
  cat: 'CC0',
  coffee: 'CC0',
  rocket: 'public domain',
  scenes: 'rendered by this library',
};

/** Inputs of tests: a few pixels of plain colours, drawn for this project. */
const drawn = ['red-green-blue-white.png', 'white-alpha-0.png'].map((name) => join('tests/node/fixtures', name));

interface Sources {
  readonly sources: Record<string, { title: string; author: string; licence: string }>;
  readonly pictures: Record<string, { sources: string[]; sha256: string }>;
}
const { sources, pictures } = JSON.parse(readFileSync('docs/images/sources.json', 'utf8')) as Sources;

const ignored = ['node_modules', 'dist', '.git', '.docs', '.work', 'pretrain-out', '.vitest-attachments'];
const isPicture = (name: string): boolean => /\.(png|jpe?g|gif|webp|avif|tiff?|bmp|svg|ico|mp4|webm)$/i.test(name);
function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    ignored.includes(entry.name)
      ? []
      : entry.isDirectory()
        ? filesUnder(join(folder, entry.name))
        : [join(folder, entry.name)],
  );
}
const files = filesUnder('.');
const pages = files.filter((name) => name.endsWith('.md'));

describe('pictures of the documentation', () => {
  test('are all that the project has, and each is listed', () => {
    expect(pages.length).toBeGreaterThan(10);
    const listed = Object.keys(pictures).map((name) => join('docs/images', name));
    expect(files.filter(isPicture).sort()).toEqual([...listed, ...drawn].sort());
    for (const name of drawn) expect(readFileSync(name).length, name).toBeLessThan(100);
  });
  test('are made from photographs that allow it', () => {
    for (const [name, { licence }] of Object.entries(sources)) expect(allowed[name], name).toBe(licence);
    for (const [name, picture] of Object.entries(pictures)) {
      expect(picture.sources.length, name).toBeGreaterThan(0);
      for (const source of picture.sources) expect(Object.keys(sources), `${name}: ${source}`).toContain(source);
    }
  });
  test('are the ones that were declared: a picture made anew is declared anew', () => {
    for (const [name, { sha256 }] of Object.entries(pictures)) {
      const found = createHash('sha256')
        .update(readFileSync(join('docs/images', name)))
        .digest('hex');
      expect(found, `docs/images/${name}: look what it shows, then write its sources and hash into sources.json`).toBe(
        sha256,
      );
    }
  });
  test('are shown by a page, which shows no others', () => {
    const shown = pages.flatMap((page) => {
      const text = readFileSync(page, 'utf8');
      const targets = [...text.matchAll(/!\[[^\]]*\]\(([^)\s]+)[^)]*\)|<img[^>]*\ssrc=["']([^"']+)/g)];
      return targets.map(([, markdown, html]) => {
        const target = (markdown ?? html) as string;
        expect(target, page).not.toMatch(/^(\w+:|\/\/)/);
        return relative('docs/images', join(dirname(page), target));
      });
    });
    expect([...new Set(shown)].sort()).toEqual(Object.keys(pictures).sort());
  });
  test('have their credits in the notices', () => {
    const notices = readFileSync('THIRD_PARTY_NOTICES.md', 'utf8');
    for (const { title, author, licence } of Object.values(sources)) {
      expect(notices).toContain(`${title}, by ${author}: ${licence}`);
    }
  });
});
