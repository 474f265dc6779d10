import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import * as masks from '../../examples/mae-masks/options.js';
import { Failure } from '../../examples/pretrain/failure.js';
import * as shortcuts from '../../examples/shortcuts/options.js';

const run = (example: string, ...args: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', `examples/${example}/main.ts`, ...args], { encoding: 'utf8' });

describe.each([
  ['shortcuts', shortcuts.readOptions, shortcuts.help, ['data', 'size', 'images', 'tasks']],
  ['mae-masks', masks.readOptions, masks.help, ['data', 'size', 'patch', 'steps', 'tune', 'masks', 'seed']],
] as const)('%s', (_, read, help, names) => {
  test('names every option in its help text', () => {
    for (const name of [...names, 'help']) expect(help).toContain(`--${name} `);
    expect(read(['--help'])).toBeNull();
    expect(read([])).not.toBeNull();
  });
});

test.each([
  [shortcuts.readOptions, '--nonsense', "Unknown option '--nonsense'"],
  [shortcuts.readOptions, '--images=3x', "--images must be an integer from 20 to 1000000000, got '3x'"],
  [shortcuts.readOptions, '--tasks=sudoku', "--tasks must be one of rotation, relative-position, jigsaw, got 'sudoku'"],
  [shortcuts.readOptions, '--data=', '--data must not be empty'],
  [masks.readOptions, '--nonsense', "Unknown option '--nonsense'"],
  [masks.readOptions, '--steps=0', "--steps must be an integer from 1 to 1000000000, got '0'"],
  [
    masks.readOptions,
    '--masks=grid-75,round',
    "--masks must be one of untrained, random-75, block-50, block-75, grid-75, got 'round'",
  ],
])('a wrong option is a failure in one line with exit code 2', (read, option, message) => {
  const error = (() => {
    try {
      return read([option]);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(Failure);
  expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining(message) });
  expect((error as Failure).message).not.toContain('\n');
});

test('what fails is one line on stderr', () => {
  const wrong = run('mae-masks', '--steps', '1.5');
  expect([wrong.status, wrong.stdout]).toEqual([2, '']);
  expect(wrong.stderr).toMatch(/^mae:masks: --steps [^\n]+\n$/);
}, 60_000);

test('shortcuts prints a line a task on a few rendered images', () => {
  const { status, stdout, stderr } = run('shortcuts', '--images', '20', '--tasks', 'rotation');
  expect([status, stderr]).toEqual([0, '']);
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(3);
  for (const group of ['patches', 'borders', 'continuity', 'channels', 'offsets', 'together']) {
    expect(lines[1]).toContain(group);
  }
  expect(lines[2]).toMatch(/^rotation +\d+\.\d% +\d+\.\d%\*? +\d+\.\d%\*? +- +\d+\.\d%\*?/);
}, 120_000);
