import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const word2vec = (...args: string[]) => {
  const { SELFSUP_DATA: _, ...env } = process.env;
  return spawnSync(process.execPath, ['--import', 'tsx', 'examples/word2vec/main.ts', ...args], {
    encoding: 'utf8',
    env,
  });
};

test('word vectors of the documentation: the loss falls, and every word asked for gets neighbours', () => {
  const { status, stdout, stderr } = word2vec('--epochs', '2', '--dim', '16', '--words', 'loss,clips');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const losses = [...stdout.matchAll(/^epoch \d: loss (\S+) after/gm)].map((match) => Number(match[1]));
  expect(losses.length).toBe(2);
  expect(losses[0]).toBeLessThan(6 * Math.LN2);
  expect(losses[1]).toBeLessThan(losses[0] as number);
  expect(stdout).toMatch(/^loss \(\d+\): (\S+ \d\.\d\d(, |$)){6}\nclips/m);
}, 120_000);

test('bad calls end with one line', () => {
  for (const args of [['--nonsense'], ['--words', 'xyzzy']]) {
    const { status, stderr } = word2vec(...args);
    expect(status).toBeGreaterThan(0);
    expect(stderr).toMatch(/^word2vec: [^\n]+\n$/);
  }
}, 120_000);
