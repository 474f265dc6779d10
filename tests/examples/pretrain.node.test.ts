import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { setBackend, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeFile } from '../../src/node/index.js';
import { uniform } from '../../src/random/index.js';
import { type Ended, pretrain } from './support/cli.js';
import { writeCifar, writeFloatIdx, writeIdxFolder, writeImages } from './support/data.js';

let folder: string;
let data: string;
const at = (name: string): string => join(folder, name);
const json = async (out: string) => JSON.parse(await readFile(join(out, 'result.json'), 'utf8'));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pretrain-'));
  data = await writeIdxFolder(at('stripes'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const small = (out: string, ...more: string[]): string[] => ['--data', data, '--batch', '8', '--out', at(out), ...more];

describe('a whole run', () => {
  let ended: Ended;
  beforeAll(async () => {
    ended = await pretrain(small('whole', '--steps', '60', '--backend', 'wasm', '--seed', '4'));
  });

  test('ends well and says what it did, in plain lines', () => {
    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^Data {6}stripes \(IDX\): 48 images of 12 x 12/);
    expect(ended.stdout).toContain('Backend   wasm');
    expect(ended.stdout).toMatch(/ 50% {2}step 30\/60 {2}loss \d\.\d{3} {2}[\d.]+ images\/s {2}\d+ s left/);
    expect(ended.stdout).toMatch(/pretrained {2}\d+\.\d% \(\d+\.\d% to \d+\.\d%\)/);
    expect(ended.stdout).not.toContain('\u001b');
  });

  test('writes result.json', async () => {
    const result = await json(at('whole'));
    expect(result).toMatchObject({ method: 'simclr', backend: 'wasm', steps: 60 });
    expect(result.loss).toHaveLength(60);
    expect(result.loss.every(Number.isFinite)).toBe(true);
    expect(result.seconds).toBeGreaterThan(0);
    expect(result.imagesPerSecond).toBeCloseTo((60 * 8) / result.seconds, 3);
    for (const probe of ['linear', 'knn']) {
      for (const features of ['pretrained', 'untrained', 'pixels']) {
        const { accuracy, interval } = result.probes[probe][features];
        expect(interval[0]).toBeLessThanOrEqual(accuracy);
        expect(interval[1]).toBeGreaterThanOrEqual(accuracy);
      }
    }
  });

  test('writes a report that loads nothing', async () => {
    const report = await readFile(join(at('whole'), 'report.html'), 'utf8');
    expect(report).not.toMatch(/https?:|<script|<link|@import|url\(/i);
    for (const text of [
      'nothing learnt',
      'Augmented pairs',
      'Nearest neighbours',
      '<h2>Confusion</h2>',
      '<h2>Maps</h2>',
      '<h2>Collapse</h2>',
      '<h2>Settings</h2>',
    ]) {
      expect(report).toContain(text);
    }
    // Loss, accuracies, two probes of three features confused, two maps, spectra.
    expect(report.match(/<svg /g)?.length).toBe(1 + 1 + 6 + 2 + 1);
    const { accuracy } = (await json(at('whole'))).probes.linear.pretrained;
    expect(report).toContain(`<td>pretrained</td><td>linear probe</td><td>${(100 * accuracy).toFixed(1)}%</td>`);
    expect(report.match(/<img src="data:image\/png;base64,/g)?.length).toBeGreaterThan(27);
  });

  test('saves the encoder as a model that opens', async () => {
    await setBackend('cpu');
    const encoder = await loadLayersModel(nodeFile(join(at('whole'), 'encoder')));
    const images = tensor(uniform(1, 2 * 12 * 12 * 3), [2, 12, 12, 3]);
    const features = encoder.predict(images) as Tensor;
    const values = await features.data();
    expect(features.shape[0]).toBe(2);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values.subarray(0, values.length / 2)).not.toEqual(values.subarray(values.length / 2));
  });

  test('leaves nothing else behind', async () => {
    expect((await readdir(at('whole'))).sort()).toEqual(['encoder', 'report.html', 'result.json']);
  });

  test('is stopped by Ctrl-C and gone on with, to the same numbers', async () => {
    let sent = false;
    const args = small('parts', '--steps', '60', '--backend', 'wasm', '--seed', '4');
    const stopped = await pretrain(args, (stdout, kill) => {
      if (sent || !stdout.includes('step 3/')) return;
      sent = true;
      kill('SIGINT');
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('Stopping after this step');
    expect(stopped.stdout).toContain(`npm run pretrain -- --resume --out ${at('parts')}`);
    expect(await readdir(at('parts'))).toEqual(['checkpoint.bin']);

    const mismatch = await pretrain(['--resume', '--out', at('parts'), '--steps', '61']);
    expect(mismatch).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^pretrain: --resume: .* --steps 60, got 61\n$/),
    });

    const resumed = await pretrain(['--resume', '--out', at('parts')]);
    expect(resumed.stderr).toBe('');
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toMatch(/from step \d+ on/);
    const [whole, parts] = [await json(at('whole')), await json(at('parts'))];
    expect(parts.loss).toEqual(whole.loss);
    expect(parts.probes).toEqual(whole.probes);
    const weights = (out: string) => readFile(join(at(out), 'encoder', 'weights.bin'));
    expect((await weights('parts')).equals(await weights('whole'))).toBe(true);
    expect((await readdir(at('parts'))).sort()).toEqual(['encoder', 'report.html', 'result.json']);
  });
});

describe('other runs', () => {
  test.each([
    ['moco', 'Augmented pairs', 3],
    ['barlow-twins', 'Augmented pairs', 3],
    ['mae', 'Reconstructions', 4],
    ['rotation', 'Rotations', 5],
    ['jigsaw', 'Puzzles', 2],
    ['relative-position', 'Pairs of patches', 3],
    ['colorization', 'Colours', 3],
    ['inpainting', 'Inpaintings', 4],
  ])('%s runs to its end, and shows %s', async (method, heading, columns) => {
    const { code, stderr } = await pretrain(small(method, '--method', method, '--steps', '3', '--backend', 'wasm'));
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(await json(at(method))).toMatchObject({ method, steps: 3 });
    const report = await readFile(join(at(method), 'report.html'), 'utf8');
    const section = report.split('<section>').find((part) => part.startsWith(`<h2>${heading}</h2>`));
    expect(section?.match(/<img /g)?.length).toBe(8 * columns);
  });

  test('a pretext task is gone on with, to the same numbers', async () => {
    const args = ['--method', 'jigsaw', '--backend', 'wasm', '--seed', '3'];
    await pretrain(small('task', ...args, '--steps', '12'));
    let sent = false;
    const stopped = await pretrain(small('task-parts', ...args, '--steps', '12'), (stdout, kill) => {
      if (sent || !/step [2-9]\//.test(stdout)) return;
      sent = true;
      kill('SIGINT');
    });
    expect(stopped.code).toBe(130);
    expect((await pretrain(['--resume', '--out', at('task-parts')])).code).toBe(0);
    expect((await json(at('task-parts'))).loss).toEqual((await json(at('task'))).loss);
  });

  test('images that can not be cut into patches are refused', async () => {
    const images = await writeImages(at('prime'), 4);
    const args = [
      '--data',
      images,
      '--size',
      '13',
      '--batch',
      '2',
      '--steps',
      '1',
      '--method',
      'mae',
      '--backend',
      'wasm',
    ];
    const { code, stderr } = await pretrain([...args, '--out', at('never')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^pretrain: --method mae: images of 13 x 13 can't be cut into 9 to 64 square patches\n$/);
  });

  test('images without labels: pretrained, not probed', async () => {
    const images = await writeImages(at('images'), 12);
    const args = [
      '--data',
      images,
      '--size',
      '16',
      '--batch',
      '4',
      '--steps',
      '2',
      '--out',
      at('flat'),
      '--backend',
      'wasm',
    ];
    const { code, stdout, stderr } = await pretrain(args);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('Probes    skipped: the data has no labels');
    expect((await json(at('flat'))).probes).toBeNull();
    expect(await readFile(join(at('flat'), 'report.html'), 'utf8')).toContain('no labels');
  });

  test('time instead of steps, and the time left', async () => {
    const { code, stdout } = await pretrain(small('timed', '--minutes', '0.03', '--backend', 'wasm'));
    expect(code).toBe(0);
    const { seconds } = await json(at('timed'));
    expect(seconds).toBeGreaterThan(1.7);
    expect(stdout).toMatch(/step \d+ {2}loss/);
  });

  test('--help', async () => {
    const { code, stdout, stderr } = await pretrain(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('--learning-rate');
  });
});

describe('what can not be done', () => {
  /** Exit code, one line on stderr, and no folder that was not there before. */
  const fails = async (args: readonly string[], message: RegExp, code = 1): Promise<void> => {
    const out = at(`failed-${Math.abs(args.join(' ').length * 7919)}`);
    const ended = await pretrain(args.includes('--out') ? args : [...args, '--out', join(out, 'inner')]);
    expect(ended.stderr).toMatch(/^pretrain: [^\n]+\n$/);
    expect(ended.stderr).toMatch(message);
    expect(ended.code).toBe(code);
    expect(await readdir(folder)).not.toContain(out.slice(folder.length + 1));
  };

  test('a wrong command line', async () => {
    await fails(['--nonsense'], /Unknown option '--nonsense'/, 2);
    await fails(['--steps', 'many'], /--steps must be an integer/, 2);
  });

  test('data that is not there, or not data', async () => {
    await fails(['--data', at('nowhere')], /nowhere: no such file or folder/);
    await mkdir(at('empty'), { recursive: true });
    await fails(['--data', at('empty')], /the folder is empty/);
    await writeFile(at('text.txt'), 'words');
    await fails(['--data', at('text.txt')], /not a kind of file/);
    await mkdir(at('texts'), { recursive: true });
    await writeFile(join(at('texts'), 'cat.jpg'), 'words, not a picture');
    await fails(['--data', at('texts')], /cat\.jpg/);
  });

  test('data that is cut off, not a number, or too little', async () => {
    await fails(['--data', await writeCifar(at('cut.bin'), 3, 100)], /cut off/);
    await fails(['--data', await writeFloatIdx(at('nan-idx3-float'), 4, true)], /image 1 has NaN/);
    await fails(['--data', await writeCifar(at('one.bin'), 1)], /one image is too few/);
    await fails(['--data', data, '--batch', '49'], /--batch 49 is more than the 48 images/);
  });

  test('a place that can not be written to', async () => {
    await fails(small('x').slice(0, 4).concat('--out', '/dev/full'), /--out \/dev\/full: cannot write there/);
    await writeFile(at('file'), 'in the way');
    await fails(
      small('x')
        .slice(0, 4)
        .concat('--out', join(at('file'), 'out')),
      /a file, not a folder/,
    );
  });

  test('nothing to resume', async () => {
    await fails(['--resume', '--out', at('stripes')], /there is no interrupted run/);
    await fails(['--resume'], /there is no interrupted run/);
  });

  test('a learning rate that lets the weights explode', async () => {
    const args = ['--data', data, '--batch', '8', '--steps', '30', '--learning-rate', '1e6', '--backend', 'wasm'];
    await fails(args, /training diverges: .* the learning rate .* is too high/);
  });
});
