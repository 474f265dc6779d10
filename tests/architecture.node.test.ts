import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve('src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(root, name));

/** Folders by height: a file may import from its own folder and from lower ones. */
const heights: Record<string, number> = {
  random: 0,
  internal: 0,
  layers: 1,
  losses: 1,
  transforms: 1,
  momentum: 1,
  geometry: 1,
  pretext: 2,
  models: 3,
  training: 4,
  probes: 4,
  methods: 5,
  report: 5,
};

const folderOf = (file: string): string => relative(root, file).split('/')[0] as string;
const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|export)[^;]*?from '([^']+)'|^import '([^']+)'/gm)].map(
    (m) => (m[1] ?? m[2]) as string,
  );
const localImports = (file: string): string[] =>
  importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => resolve(dirname(file), name.replace(/\.js$/, '.ts')));

describe('architecture', () => {
  test('finds the source files and their imports', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.flatMap(localImports).length).toBeGreaterThan(50);
  });
  test('no folder imports from one that stands above it', () => {
    const wrong = files.flatMap((file) => {
      const from = folderOf(file);
      if (['node', 'testing', 'index.ts'].includes(from)) return [];
      return localImports(file)
        .map(folderOf)
        .filter((to) => to !== from)
        .filter(
          (to) =>
            from === 'wasm' ||
            !((heights[to] ?? 99) < (heights[from] ?? -1) || (heights[to] === 0 && heights[from] === 0)),
        )
        .map((to) => `${relative(root, file)} imports ${to}`);
    });
    expect(wrong).toEqual([]);
  });
  test('no circular imports', () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: string[]): void => {
      if (path.includes(file))
        cycles.push([...path.slice(path.indexOf(file)), file].map((f) => relative(root, f)).join(' > '));
      else if (!done.has(file)) {
        for (const next of localImports(file)) visit(next, [...path, file]);
        done.add(file);
      }
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });
  test('an index only re-exports, by name; internal has none', () => {
    for (const file of files.filter((f) => f.endsWith('/index.ts'))) {
      const rest = readFileSync(file, 'utf8')
        .replace(/export (type )?(\{[^}]*\}|\* as \w+) from '[^']+';/g, '')
        .trim();
      expect(rest, relative(root, file)).toBe('');
    }
    expect(files.filter((f) => f.endsWith('internal/index.ts'))).toEqual([]);
  });
  test('products go through internal/matMul, which is right on WebGL', () => {
    const direct = files.filter((file) => {
      if (folderOf(file) === 'wasm' || relative(root, file) === 'internal/matMul.ts') return false;
      const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
      const imports = code.match(/import [^;]*?from '@tensorflow\/tfjs-core'/g) ?? [];
      return imports.some((text) => /\b(matMul|fused|dot|outerProduct|einsum)\b/.test(text));
    });
    expect(direct.map((file) => relative(root, file))).toEqual([]);
  });
  test('only package roots of tfjs are imported, no chained ops, and nothing stalls the GPU', () => {
    for (const file of files) {
      for (const name of importsOf(file)) expect(name, relative(root, file)).not.toMatch(/@tensorflow\/[^/]+\//);
      const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      if (folderOf(file) !== 'wasm') expect(text, relative(root, file)).not.toMatch(/\b(dataSync|arraySync)\(/);
      expect(text, relative(root, file)).not.toMatch(/backend\(\)\.epsilon/);
      // `testing` counts the calls of others.
      const random = folderOf(file) === 'testing' ? /Math\.random\(/ : /Math\.random/;
      expect(text, relative(root, file)).not.toMatch(random);
    }
  });
});
