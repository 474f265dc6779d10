import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Consumer, makeConsumer } from '../package/consumer.js';

// What README and docs print as a program is copied into an empty project that has the packed library and the packages that
// the text says to install, and is run there by Node, every program in a process of its own.
const pages = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const readme = readFileSync('README.md', 'utf8');

/** One block of a page. */
interface Program {
  readonly where: string;
  readonly language: string;
  readonly code: string;
}

/** Languages of blocks that are no programs of this library: commands, output, and Python for comparison. */
const others = ['', 'sh', 'python'];

function programsOf(page: string): Program[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = ''], i, all) => ({
    where: `${page}:${text.slice(0, all[i]?.index).split('\n').length}`,
    language,
    code,
  }));
}

/** Packages that a text says to install, as `npm install a b` or as the name of a backend. */
const told = (text: string): string[] =>
  [...text.matchAll(/npm install ([^`\n]+)/g)]
    .flatMap(([, names = '']) => names.trim().split(/\s+/))
    .filter((name) => name !== 'selfsup');

const blocks = pages.flatMap(programsOf);
const programs = blocks.filter(({ language }) => !others.includes(language));

describe('programs of README and docs', () => {
  const consumers = new Map<string, Consumer>();
  beforeAll(() => {
    const byPackages = new Map<string, Consumer>();
    for (const page of pages) {
      const packages = new Set([...told(readme), ...told(readFileSync(page, 'utf8'))]);
      const key = [...packages].sort().join(' ');
      const consumer = byPackages.get(key) ?? makeConsumer(...packages);
      byPackages.set(key, consumer);
      consumers.set(page, consumer);
    }
  });
  afterAll(() => {
    for (const consumer of new Set(consumers.values())) consumer.dispose();
  });

  test('every page has one, all are in TypeScript, and nothing that looks like a program is another block', () => {
    for (const page of pages)
      expect(
        programs.some(({ where }) => where.startsWith(page)),
        page,
      ).toBe(true);
    expect(programs.filter(({ language }) => language !== 'ts')).toEqual([]);
    expect(
      blocks.filter(
        ({ language, code }) =>
          others.includes(language) && /^import .* from |require\(/m.test(code) && language !== 'python',
      ),
    ).toEqual([]);
  });
  test('the text names the packages that it takes', () => {
    expect(told(readme)).toEqual(
      expect.arrayContaining(['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', '@tensorflow/tfjs-backend-wasm']),
    );
  });
  test('each sets its own backend', () => {
    const without = programs.filter(({ code }) => !/^import '@tensorflow\/tfjs-backend-\w+';/m.test(code));
    expect(without.map(({ where }) => where)).toEqual([]);
  });
  test('run as printed', { timeout: 600_000 }, async () => {
    expect(programs.length).toBeGreaterThan(50);
    const waiting = programs.map((program, i) => ({ ...program, file: `program${i}.mjs` }));
    const failures: string[] = [];
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const consumer = consumers.get(next.where.replace(/:\d+$/, '')) as Consumer;
        const { code } = await transform(next.code, { loader: 'ts', target: 'node20' });
        consumer.write(next.file, code);
        const said = await failureOf(consumer.folder, next.file);
        if (said !== null) failures.push(`${next.where}\n${said}`);
      }
    };
    await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
    expect(failures.join('\n\n')).toBe('');
  });
});

/** What a program that fails says at the end, or null. */
function failureOf(folder: string, file: string): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn('node', [file], { cwd: folder, timeout: 120_000 });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-4000);
    });
    child.stdout.resume();
    child.on('close', (code, signal) =>
      resolve(
        code === 0
          ? null
          : `ended with ${code ?? signal}: ${said
              .split('\n')
              .filter((line) => line.length < 300)
              .slice(-12)
              .join('\n')}`,
      ),
    );
  });
}
