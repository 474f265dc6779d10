import { execFileSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { type ReadImagesOptions, readImages } from '../../src/node/index.js';
import { temp } from './temp.js';

const plain = (value: number): Promise<Buffer> =>
  sharp({ create: { width: 2, height: 2, channels: 3, background: { r: value, g: value, b: value } } })
    .png()
    .toBuffer();

type Headers = Exclude<Parameters<ReturnType<typeof pack>['entry']>[0], undefined>;

async function tar(entries: readonly [Headers, Uint8Array | string][]): Promise<Buffer> {
  const archive = pack();
  for (const [header, content] of entries) {
    if (header.type === undefined || header.type === 'file') archive.entry(header, Buffer.from(content));
    else archive.entry(header);
  }
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

let warned: MockInstance<typeof console.warn>;
beforeEach(() => {
  warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => warned.mockRestore());

/** What a tree of one-colour images gives, from a folder, from an archive and from one more folder around it: always the same. */
async function read(paths: readonly string[], options: Partial<ReadImagesOptions> = {}): Promise<string> {
  const image = await plain(9);
  const files = Object.fromEntries(paths.map((path) => [path, image]));
  const around = Object.fromEntries(paths.map((path) => [`dataset/${path}`, image]));
  const archive = gzipSync(await tar(paths.map((name) => [{ name }, image])));
  const loose = paths.some((path) => !path.includes('/'));
  const sources = [await temp(files), join(await temp({ 'x.tar.gz': archive }), 'x.tar.gz')];
  if (!loose) sources.push(await temp(around));
  const results: string[] = [];
  for (const source of sources) {
    results.push(
      await readImages(source, { size: 2, ...options }).then(
        ({ train, test: held, classNames, skipped }) => {
          const names = (part: typeof train | null) =>
            part?.files
              .map(
                (name, i) =>
                  `${name.replace(/^dataset\//, '')}${part.labels === null ? '' : `=${classNames?.[part.labels[i] ?? -1]}`}`,
              )
              .join(' ') ?? '-';
          return `${names(train)} | ${names(held)} | ${skipped.map(({ name }) => name).join(' ') || '-'}`;
        },
        (error: Error) => {
          expect(error.message).toContain(source);
          return error.message.replace(source, '').replace(/: $/, '');
        },
      ),
    );
  }
  expect(new Set(results).size, results.join('\n')).toBe(1);
  return results[0] as string;
}

describe('parts and classes', () => {
  test.each([
    // Classes, though named as parts.
    [['bus/1.png', 'car/1.png', 'train/1.png'], 'bus/1.png=bus car/1.png=car train/1.png=train | - | -'],
    [['Bus/1.png', 'Train/1.png'], 'Bus/1.png=Bus Train/1.png=Train | - | -'],
    [['exam/1.png', 'test/1.png'], 'exam/1.png=exam test/1.png=test | - | -'],
    // Parts.
    [['train/1.png', 'test/1.png'], 'train/1.png | test/1.png | -'],
    [['train/a/1.png', 'train/b/1.png', 'test/b/1.png'], 'train/a/1.png=a train/b/1.png=b | test/b/1.png=b | -'],
    [['Train/a/1.png', 'Test/a/1.png'], 'Train/a/1.png=a | Test/a/1.png=a | -'],
    [['TRAIN/a/1.png', 'VAL/a/1.png'], 'TRAIN/a/1.png=a | VAL/a/1.png=a | -'],
    [['training/a/1.png', 'testing/a/1.png'], 'training/a/1.png=a | testing/a/1.png=a | -'],
    [['Training/a/1.png', 'validation/a/1.png'], 'Training/a/1.png=a | validation/a/1.png=a | -'],
    [['training_set/a/1.png', 'test_set/a/1.png'], 'training_set/a/1.png=a | test_set/a/1.png=a | -'],
    [['train2017/1.png', 'val2017/1.png'], 'train2017/1.png | val2017/1.png | -'],
    [['train/a/1.png', 'dev/a/1.png'], 'train/a/1.png=a | dev/a/1.png=a | -'],
    [['train/a/1.png', 'Evaluation/a/1.png'], 'train/a/1.png=a | Evaluation/a/1.png=a | -'],
    [['train/a/1.png'], 'train/a/1.png=a | - | -'],
    [
      ['train/bus/1.png', 'train/train/1.png', 'test/train/1.png'],
      'train/bus/1.png=bus train/train/1.png=train | test/train/1.png=train | -',
    ],
    // What is left out is named.
    [['train/a/1.png', 'val/a/1.png', 'test/a/1.png'], 'train/a/1.png=a | test/a/1.png=a | val'],
    [['train/a/1.png', 'val/a/1.png', 'extra/1.png'], 'train/a/1.png=a | val/a/1.png=a | extra'],
    [['train/a/1.png', 'val/a/1.png', 'logo.png'], 'train/a/1.png=a | val/a/1.png=a | logo.png'],
  ])('%j', async (paths, expected) => {
    expect(await read(paths)).toBe(expected);
    const left = expected.split(' | ')[2] as string;
    if (left === '-') expect(warned).not.toHaveBeenCalled();
    else expect(warned.mock.calls[0]?.[0]).toContain(`readImages: skipped ${left} (1 image beside '`);
  });

  const either = (text: string): string =>
    `readImages: ${text} may be a part of the data or a class (split: true takes it as a part, split: false as a class)`;
  test.each([
    [['bus/1.png', 'car/1.png', 'train/a/1.png'], either("'train' beside bus, car")],
    [['bus/a/1.png', 'car/a/1.png', 'train/a/1.png'], either("'train' beside bus, car")],
    [['bus/1.png', 'train/1.png', 'test/1.png'], either("'train' beside bus, test")],
    [['bus/x/1.png', 'train/a/1.png', 'test/b/1.png'], either("'train' beside bus, test")],
    [['bus/1.png', 'car/1.png', 'test/bus/1.png'], either("'test' beside bus, car")],
    [['test/a/1.png', 'val/a/1.png'], either("'test' beside val")],
    [['Val/1.png'], either("'Val'")],
    [
      ['Train/a/1.png', 'train/a/1.png', 'test/a/1.png'],
      'readImages: expected one training part, got Train and train (split: false makes classes of them)',
    ],
    [
      ['train/a/1.png', 'Test/a/1.png', 'test/a/1.png'],
      'readImages: expected one test part, got Test and test (testFolder names it)',
    ],
    [
      ['cat/train/1.png', 'cat/test/1.png', 'dog/train/1.png', 'dog/test/1.png'],
      "readImages: the parts 'train' and 'test' must be top folders, they lie in 'cat' (split: false makes it a class)",
    ],
    [
      ['set/train/a/1.png', 'set/val/a/1.png', 'logo/logo.png'],
      "readImages: the parts 'train' and 'val' must be top folders, they lie in 'set' (split: false makes it a class)",
    ],
  ])('%j may be either', async (paths, expected) => {
    expect(await read(paths)).toBe(expected);
  });

  test('split and testFolder decide', async () => {
    const paths = ['bus/1.png', 'train/1.png', 'test/1.png'];
    expect(await read(paths, { split: false })).toBe('bus/1.png=bus test/1.png=test train/1.png=train | - | -');
    expect(await read(paths, { split: true })).toBe('train/1.png | test/1.png | bus');
    expect(await read(['a/1.png', 'train/b/1.png'], { split: true })).toBe('train/b/1.png=b | - | a');
    expect(await read(['train/1.png', 'test/1.png'], { split: false })).toBe(
      'test/1.png=test train/1.png=train | - | -',
    );
    expect(await read(['a/1.png', 'b/1.png'], { split: true })).toBe(
      "readImages: expected a folder 'train' with images, got a, b",
    );
    const held = ['bus/1.png', 'car/1.png', 'train/1.png', 'held/bus/1.png'];
    expect(await read(held, { testFolder: 'held' })).toBe(
      'bus/1.png=bus car/1.png=car train/1.png=train | held/bus/1.png=bus | -',
    );
    expect(await read(['train/a/1.png', 'Test/a/1.png', 'test/a/1.png'], { testFolder: 'Test' })).toBe(
      'train/a/1.png=a | Test/a/1.png=a | test',
    );
    expect(await read(['a/1.png', 'test/1.png', 'held/a/1.png'], { testFolder: 'held' })).toBe(
      either("'test' beside a"),
    );
  });
});

describe('archives', () => {
  test('of members of one path the last counts, as when tar unpacks them', async () => {
    const [first, last, other] = [await plain(1), await plain(2), await plain(3)];
    const archive = await tar([
      [{ name: 'a/x.png' }, first],
      [{ name: 'a/y.png' }, other],
      [{ name: './a/x.png' }, first],
      [{ name: 'a//b/../x.png' }, last],
    ]);
    const { train } = await readImages(join(await temp({ 'x.tar': archive }), 'x.tar'), { size: 2 });
    expect(train.files).toEqual(['a/x.png', 'a/y.png']);
    expect([...train.images.data]).toEqual([...new Array(12).fill(2), ...new Array(12).fill(3)]);
  });

  test('links and devices are named, and a later one replaces a file', async () => {
    const image = await plain(5);
    const archive = await tar([
      [{ name: 'a.png' }, image],
      [{ name: 'b.png' }, image],
      [{ name: 'hard.png', type: 'link', linkname: 'a.png' }, ''],
      [{ name: 'soft.png', type: 'symlink', linkname: '../x.png' }, ''],
      [{ name: 'pipe.png', type: 'fifo' }, ''],
      [{ name: 'b.png', type: 'symlink', linkname: 'a.png' }, ''],
    ]);
    const { train, skipped } = await readImages(join(await temp({ 'x.tar': archive }), 'x.tar'), { size: 2 });
    expect(train.files).toEqual(['a.png']);
    expect(skipped).toEqual([
      { name: 'hard.png', reason: 'a hard link to a.png, no regular file' },
      { name: 'soft.png', reason: 'a link to ../x.png, no regular file' },
      { name: 'pipe.png', reason: 'a FIFO, no regular file' },
      { name: 'b.png', reason: 'a link to a.png, no regular file' },
    ]);
    expect(warned).toHaveBeenCalledTimes(1);
  });
});

describe('folders', () => {
  test('links and FIFOs neither hang nor end the reading, and are named', async () => {
    const folder = await temp({
      'set/a/1.png': await plain(1),
      'set/b/2.png': await plain(2),
      'up.png': await plain(3),
    });
    const set = join(folder, 'set');
    execFileSync('mkfifo', [join(set, 'a', 'pipe.png')]);
    await symlink('/dev/zero', join(set, 'a', 'zero.jpg'));
    await symlink('nothing', join(set, 'a', 'gone.png'));
    await symlink('self.png', join(set, 'a', 'self.png'));
    await symlink('..', join(set, 'a', 'up'));
    await symlink('.', join(set, 'b', 'here'));
    await symlink('../..', join(set, 'b', 'top'));
    await symlink('/', join(set, 'b', 'root'));
    await symlink('../../up.png', join(set, 'b', 'linked.png')); // a link to a file counts as the file
    await mkdir(join(set, 'b', 'dir.png'));
    const { train, skipped, classNames } = await readImages(set, { size: 2 });
    expect(train.files).toEqual(['a/1.png', 'b/2.png', 'b/linked.png']);
    expect(classNames).toEqual(['a', 'b']);
    expect(Object.fromEntries(skipped.map(({ name, reason }) => [name, reason]))).toEqual({
      'a/gone.png': 'a link to nothing',
      'a/pipe.png': 'a FIFO, no regular file',
      'a/self.png': 'a link that leads back to itself',
      'a/up': 'a link to a folder that it lies in',
      'a/zero.jpg': 'a device, no regular file',
      'b/here': 'a link to a folder that it lies in',
      'b/root': 'a link to a folder that it lies in',
      'b/top': 'a link to a folder that it lies in',
    });
    expect(warned.mock.calls).toHaveLength(1);
    expect(warned.mock.calls[0]?.[0]).toMatch(
      /^readImages: skipped a\/gone\.png \(a link to nothing\), [^\n]* and 5 more: /,
    );
  });

  test('linked class folders are followed; circles of links end', async () => {
    const folder = await temp({ 'cats/1.png': await plain(1), 'dogs/2.png': await plain(2), 'set/x.txt': '' });
    for (const name of ['cats', 'dogs']) await symlink(`../${name}`, join(folder, 'set', name));
    expect((await readImages(join(folder, 'set'), { size: 2 })).classNames).toEqual(['cats', 'dogs']);
    // Twelve folders, each with links to all others: the ways through them are past counting.
    const web = await temp();
    const names = Array.from({ length: 12 }, (_, i) => `f${i}`);
    for (const name of names) await mkdir(join(web, name));
    for (const a of names) for (const b of names) if (a !== b) await symlink(`../${b}`, join(web, a, b));
    const image = join(await temp({ '1.png': await plain(1) }), '1.png');
    await symlink(image, join(web, 'f3', '1.png'));
    expect((await readImages(web, { size: 2 })).train.files).toContain('f3/1.png');
  });

  test('a path that is no regular file is refused', async () => {
    const folder = await temp();
    execFileSync('mkfifo', [join(folder, 'x.png'), join(folder, 'x.tar')]);
    for (const name of ['x.png', 'x.tar']) {
      await expect(readImages(join(folder, name), { size: 2 })).rejects.toThrow('expected a regular file, got a FIFO');
    }
  });
});
