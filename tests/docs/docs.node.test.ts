import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectExamples } from './examples.js';

// Inside the project, so that imports of packages resolve.
const folder = resolve('.work/examples');
const examples = collectExamples();
const files = examples.map((_, i) => resolve(folder, `example${i}.ts`));

/** Names files by where their example stands. */
const named = (text: string): string =>
  text.replace(/(?:\S*\/)?example(\d+)\.ts/g, (_, i) => examples[Number(i)]?.where ?? '?');

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  examples.forEach(({ code }, i) => {
    writeFileSync(files[i] as string, `${code}\nexport {};\n`);
  });
  writeFileSync(
    resolve(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: {
        noUnusedLocals: false,
        noUnusedParameters: false,
        exactOptionalPropertyTypes: false,
        noUncheckedIndexedAccess: false,
        paths: { 'selfsup/*': ['../../src/*/index.ts'], selfsup: ['../../src/index.ts'] },
      },
      include: ['*.ts'],
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('examples in the documentation', () => {
  test('there are some, one on every page', () => {
    expect(examples.length).toBeGreaterThan(10);
  });
  test('have the right types', () => {
    const { stdout, status } = spawnSync('node', ['node_modules/typescript/bin/tsc', '--noEmit', '-p', folder], {
      encoding: 'utf8',
    });
    expect(named(stdout)).toBe('');
    expect(status).toBe(0);
  });
  test('run', () => {
    const { stderr, status, signal } = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'tests/docs/runExamples.ts', ...files],
      { encoding: 'utf8' },
    );
    expect(named(stderr)).toBe('');
    expect({ status, signal }).toEqual({ status: 0, signal: null });
  });
});
