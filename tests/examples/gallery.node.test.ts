import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import * as transforms from '../../src/transforms/index.js';

const folder = mkdtempSync(join(tmpdir(), 'selfsup-gallery-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const gallery = (...args: string[]) => {
  const { SELFSUP_DATA: _, ...env } = process.env;
  return spawnSync(process.execPath, ['--import', 'tsx', 'examples/gallery/main.ts', ...args], {
    encoding: 'utf8',
    env,
  });
};

/** What works on other things than one batch of images, or on whole batches. */
const elsewhere = ['randomApply', 'randomChoice', 'randomOrder', 'randomMixup', 'randomCutmix', 'cvrlPolicy'];
const audio = ['randomGain', 'randomTimeShift', 'randomAudioNoise'];

test('the gallery shows every random transform and policy of images on rendered scenes', () => {
  const out = join(folder, 'page.html');
  const { status, stdout, stderr } = gallery('--out', out);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain('rows on rendered scenes');
  const page = readFileSync(out, 'utf8');
  const names = Object.keys(transforms).filter((name) => /^random[A-Z]|Policy$/.test(name));
  const missing = names.filter(
    (name) => ![...elsewhere, ...audio].includes(name) && !page.includes(`<h3>${name}</h3>`),
  );
  expect(missing).toEqual([]);
  expect(page.match(/<img src="data:image\/png;base64,/g)?.length).toBeGreaterThan(40);
});

test('bad calls end with one line', () => {
  for (const args of [['--nonsense'], ['--photos', join(folder, 'nowhere')]]) {
    const { status, stderr } = gallery(...args);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/^gallery: [^\n]+\n$/);
  }
});
