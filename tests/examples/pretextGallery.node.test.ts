import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import * as pretext from '../../src/pretext/index.js';

const folder = mkdtempSync(join(tmpdir(), 'selfsup-pretext-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const gallery = (...args: string[]) => {
  const { SELFSUP_DATA: _, ...env } = process.env;
  const script = ['--import', 'tsx', 'examples/pretext-gallery/main.ts', ...args];
  return spawnSync(process.execPath, script, { encoding: 'utf8', env });
};

/** What makes no picture of its own: parts of tasks, and tasks of tasks. */
const elsewhere = ['multiTask'];

test('the gallery shows every task, and says what is rendered', () => {
  const out = join(folder, 'page.html');
  const { status, stdout, stderr } = gallery('--out', out, '--strips', join(folder, 'strips'));
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain('SELFSUP_DATA is not set: clips, flow and camera are rendered');
  expect(stdout).toContain('rows on rendered scenes');
  const page = readFileSync(out, 'utf8');
  expect(page).toContain('SELFSUP_DATA is not set');
  const tasks = Object.keys(pretext).filter((name) => name.endsWith('Task') && !elsewhere.includes(name));
  expect(tasks.filter((name) => !page.includes(`<h3>${name}`))).toEqual([]);
  expect(page.match(/<img src="data:image\/png;base64,/g)?.length).toBeGreaterThan(150);
  const strips = readdirSync(join(folder, 'strips'));
  expect(strips.length).toBeGreaterThanOrEqual(16);
  expect(strips).toContain('inpaintingTask-center.png');
});

test('a bad call ends with one line', () => {
  const { status, stderr } = gallery('--nonsense');
  expect(status).toBe(2);
  expect(stderr).toMatch(/^gallery: [^\n]+\n$/);
});
