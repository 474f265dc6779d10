import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

// Removing or renaming a public name is a breaking change: this list is edited by hand, in the same commit.
const surface = JSON.parse(readFileSync('tests/apiSurface.json', 'utf8')) as Record<string, string[]>;
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, unknown> };
const folders = readdirSync('src', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'internal')
  .map((entry) => entry.name)
  .sort();

describe('public names', () => {
  test('every folder but internal is a subpath export', () => {
    expect(Object.keys(manifest.exports).sort()).toEqual(
      ['.', './package.json', ...folders.map((name) => `./${name}`)].sort(),
    );
    expect(Object.keys(surface).sort()).toEqual(['index', ...folders].sort());
  });
  test.each(Object.keys(surface))('%s exports what the list says', async (name) => {
    const path = name === 'index' ? '../src/index.ts' : `../src/${name}/index.ts`;
    expect(Object.keys(await import(/* @vite-ignore */ path)).sort()).toEqual([...(surface[name] as string[])].sort());
  });
  test('the root holds the namespaces and the two error classes', () => {
    const hidden = ['node', 'wasm', 'testing', 'report', 'jobs'];
    const expected = [...folders.filter((name) => !hidden.includes(name)), 'RangeError', 'ShapeError'];
    expect([...(surface.index as string[])].sort()).toEqual(expected.sort());
  });
});
