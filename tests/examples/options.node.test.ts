import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Failure, oneLine } from '../../examples/pretrain/failure.js';
import { help, readOptions } from '../../examples/pretrain/options.js';
import { outlook, spoken } from '../../examples/pretrain/progress.js';
import { warmupCosine } from '../../examples/pretrain/schedule.js';
import { freshSettings, resumedSettings } from '../../examples/pretrain/settings.js';

const read = (line: string) => {
  const options = readOptions(line.split(' ').filter((word) => word !== ''));
  if (options === null) throw new Error('asks for help');
  return options;
};

describe('readOptions', () => {
  test('reads every option', () => {
    const { given, out, resume } = read(
      '--data a --method moco --backend cpu --steps 3 --batch 8 --size 16 --seed=-4 --learning-rate 1e-2 --out x --resume',
    );
    const { data, method, backend, steps, minutes, batch, size, seed, learningRate } = given;
    expect([data, method, backend, steps, minutes]).toEqual(['a', 'moco', 'cpu', 3, undefined]);
    expect([batch, size, seed, learningRate, out, resume]).toEqual([8, 16, -4, 0.01, 'x', true]);
  });

  test('names every option in the help text', () => {
    for (const name of [
      'data',
      'method',
      'backend',
      'steps',
      'minutes',
      'batch',
      'size',
      'seed',
      'out',
      'resume',
      'restart',
    ]) {
      expect(help).toContain(`--${name}`);
    }
    expect(readOptions(['--help'])).toBeNull();
    expect(readOptions(['-h'])).toBeNull();
  });

  test.each([
    ['--nonsense', "Unknown option '--nonsense'"],
    ['--step 3', "Unknown option '--step' (did you mean --steps?"],
    ['--learning_rate=1', "Unknown option '--learning_rate' (did you mean --learning-rate?"],
    ['--Resume', "Unknown option '--Resume' (did you mean --resume?"],
    ['--resume --restart', 'give --resume or --restart, not both'],
    ['folder', 'folder'],
    ['--steps', '--steps'],
    ['--steps 0', "--steps must be an integer from 1 to 1000000000, got '0'"],
    ['--steps 1.5', '--steps must be an integer'],
    ['--minutes -1', '--minutes'],
    ['--minutes=-1', "--minutes must be a number > 0, got '-1'"],
    ['--minutes NaN', '--minutes must be a number > 0'],
    ['--learning-rate Infinity', '--learning-rate must be a number > 0'],
    ['--steps 1 --minutes 1', 'give --steps or --minutes, not both'],
    [
      '--method byol',
      "--method must be one of simclr, moco, barlow-twins, mae, rotation, jigsaw, relative-position, colorization, inpainting, got 'byol'",
    ],
    ['--backend cuda', '--backend must be one of auto, wasm, webgpu, tensorflow, cpu'],
    ['--batch 1', '--batch must be an integer from 2'],
    ['--size 4', '--size must be an integer from 8'],
    ['--seed x', '--seed must be an integer'],
    ['--resume=no', '--resume'],
    ['--out=', '--out must not be empty'],
  ])('refuses %s in one line, with exit code 2', (line, message) => {
    const error = (() => {
      try {
        return read(line);
      } catch (thrown) {
        return thrown as Failure;
      }
    })();
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).exitCode).toBe(2);
    expect((error as Failure).message).toContain(message);
    expect((error as Failure).message).not.toContain('\n');
  });
});

describe('settings', () => {
  test('a fresh run has defaults, and either bound replaces both', () => {
    expect(freshSettings(read('').given)).toMatchObject({ data: null, method: 'simclr', batch: 64, seed: 0 });
    expect(freshSettings(read('--steps 9').given)).toMatchObject({ steps: 9, minutes: null });
    expect(freshSettings(read('--minutes 9').given)).toMatchObject({ steps: null, minutes: 9 });
    expect(freshSettings(read('--data a').given).data).toBe(resolve('a'));
  });

  test('a resumed run keeps its settings and refuses others', () => {
    const saved = { ...freshSettings(read('--steps 9 --seed 5').given), backend: 'wasm' as const };
    expect(resumedSettings(saved, read('').given)).toEqual(saved);
    expect(resumedSettings(saved, read('--steps 9 --backend auto').given)).toEqual(saved);
    expect(() => resumedSettings(saved, read('--steps 10').given)).toThrow('has --steps 9, got 10');
    expect(() => resumedSettings(saved, read('--learning-rate 1').given)).toThrow('has --learning-rate unset, got 1');
    expect(() => resumedSettings(saved, read('--minutes 1').given)).toThrow('--resume');
  });
});

describe('outlook', () => {
  test('follows the bound that comes first', () => {
    expect(outlook({ steps: 100, seconds: null, done: 0 }, 25, 50)).toEqual({ secondsLeft: 150, fraction: 0.25 });
    expect(outlook({ steps: null, seconds: 200, done: 0 }, 25, 50)).toEqual({ secondsLeft: 150, fraction: 0.25 });
    expect(outlook({ steps: 100, seconds: 60, done: 0 }, 25, 50)).toEqual({ secondsLeft: 10, fraction: 50 / 60 });
    expect(outlook({ steps: 100, seconds: null, done: 50 }, 75, 50).secondsLeft).toBe(50);
    expect(outlook({ steps: null, seconds: 10, done: 0 }, 1, 50)).toEqual({ secondsLeft: 0, fraction: 1 });
  });

  test('says times as people do', () => {
    expect([45, 59.6, 125, 3780].map(spoken)).toEqual(['45 s', '1 min 00 s', '2 min 05 s', '1 h 03 min']);
  });
});

describe('warmupCosine', () => {
  test('rises, then falls to zero, by steps or by time', () => {
    const rate = warmupCosine(2, { steps: 100, elapsed: () => 1 });
    expect(rate(0)).toBeCloseTo(0.2);
    expect(rate(50)).toBeCloseTo(1);
    expect(rate(99)).toBeLessThan(0.01);
    expect(warmupCosine(2, { steps: null, elapsed: () => 0.5 })(500)).toBeCloseTo(1);
    expect(warmupCosine(2, { steps: null, elapsed: () => 1.2 })(500)).toBeCloseTo(0);
  });
});

describe('oneLine', () => {
  test('turns system errors into words and joins lines', () => {
    expect(oneLine(Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' }))).toBe('no space left on the disk');
    expect(oneLine(new Error('first\n  second'))).toBe('first second');
    expect(oneLine('text')).toBe('text');
  });
});
