import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { help, readOptions } from '../../examples/probe-report/options.js';
import { writeIdxFolder } from './support/data.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probe-report-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'examples/probe-report/main.ts', ...args], { encoding: 'utf8' });

test('reads every option, names them in the help text, and refuses others', () => {
  const args = '--data a --encoder b --encoder c --images 50 --size 16 --out d'.split(' ');
  expect(readOptions(args)).toEqual({ data: 'a', encoders: ['b', 'c'], images: 50, size: 16, out: 'd' });
  for (const name of ['data', 'encoder', 'images', 'size', 'out']) expect(help).toContain(`--${name}`);
  expect(readOptions(['--help'])).toBeNull();
  for (const [line, message] of [
    ['--images 3', "--images must be an integer from 40 to 1000000000, got '3'"],
    ['--size x', '--size must be an integer from 8 to 1024'],
    ['--nonsense', "Unknown option '--nonsense'"],
  ] as const) {
    expect(() => readOptions(line.split(' '))).toThrow(message);
  }
});

test('writes a page and Markdown of an untrained encoder, or one line on what is wrong', async () => {
  const data = await writeIdxFolder(join(folder, 'stripes'));
  const out = join(folder, 'out');
  const { status, stderr } = run('--data', data, '--images', '40', '--out', out);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect((await readdir(folder)).sort()).toEqual(['out.html', 'out.md', 'stripes']);
  const html = await readFile(`${out}.html`, 'utf8');
  const headings = [
    'Accuracy',
    'Confusion',
    'Layers',
    'Few labels',
    'Robustness',
    'Nearest neighbours',
    'Maps',
    'Cost',
  ];
  for (const heading of headings) expect(html).toContain(`<h2>${heading}</h2>`);
  expect(await readFile(`${out}.md`, 'utf8')).toMatch(/\| untrained \| linear probe \| \d+\.\d% \|/);
  const failed = run('--data', data, '--images', '40', '--encoder', join(folder, 'nowhere'), '--out', out);
  expect(failed.status).toBe(1);
  expect(failed.stderr).toMatch(/^probe-report: --encoder \S+nowhere: [^\n]+\n$/);
});
