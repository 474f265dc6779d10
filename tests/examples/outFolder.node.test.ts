import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lockName } from '../../examples/pretrain/lock.js';
import { openOutFolder } from '../../examples/pretrain/outFolder.js';
import { hashOf } from '../../examples/pretrain/ownedFiles.js';
import { fileCheckpoint } from '../../src/node/index.js';
import { pretrain } from './support/cli.js';
import { writeIdxFolder } from './support/data.js';

let folder: string;
let data: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'out-'));
  data = await writeIdxFolder(join(folder, 'stripes'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A new, empty folder. */
async function place(): Promise<string> {
  const path = join(folder, `place-${count++}`);
  await mkdir(path);
  return path;
}
/** Writes files by their paths inside of a folder. */
async function put(path: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const parts = name.split('/');
    await mkdir(join(path, ...parts.slice(0, -1)), { recursive: true });
    await writeFile(join(path, ...parts), text);
  }
}
/** All files below a folder, with what they hold. */
async function all(path: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) {
      for (const [name, text] of Object.entries(await all(inner))) found[`${entry.name}/${name}`] = text;
    } else found[entry.name] = await readFile(inner, 'latin1');
  }
  return found;
}
/** What the job writes at its end. */
const results = (mark: string): Record<string, string> => {
  const files = {
    'encoder/model.json': `model ${mark}`,
    'encoder/weights.bin': `weights ${mark}`,
    'report.html': mark,
  };
  const hashes = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, hashOf(Buffer.from(text))]));
  const fields = {
    method: 'simclr',
    backend: 'cpu',
    steps: 1,
    seconds: 1,
    loss: [1],
    probes: null,
    settings: {},
    mark,
  };
  return { ...files, 'result.json': JSON.stringify({ ...fields, files: hashes }) };
};
const open = (path: string) => openOutFolder(path, 1000);
/** A run that ends well. */
async function finish(path: string, mark: string): Promise<void> {
  const out = await open(path);
  await out.begin();
  await put(out.aside, results(mark));
  await out.publish();
  await out.close();
}
const deadProcess = async (): Promise<number> => {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.on('close', resolve));
  return child.pid as number;
};
const lockOf = (pid: number, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ id: randomUUID(), pid, host: hostname(), started: null, moving: null, ...more });

describe("the user's own files", () => {
  test('beside the results are never touched', async () => {
    const path = await place();
    const own = { 'notes.txt': 'n', 'encoder-v1/model.json': 'm', 'old/encoder/weights.bin': 'w', '.hidden': 'h' };
    await put(path, own);
    await finish(path, 'a');
    await finish(path, 'b');
    expect(await all(path)).toEqual({ ...own, ...results('b') });
  });

  test.each([
    ['encoder/model.json', { 'encoder/model.json': 'mine' }],
    ['encoder/notes.txt', { ...results('a'), 'encoder/notes.txt': 'mine' }],
    ['encoder/weights.bin', { ...results('a'), 'encoder/weights.bin': 'changed' }],
    ['report.html', { ...results('a'), 'report.html': 'with my remarks' }],
    ['report.html', { 'report.html': 'mine' }],
    ['result.json', { 'result.json': '{"mine": true}' }],
    ['result.json', { 'result.json': 'null' }],
    ['result.json', { 'result.json': 'not JSON' }],
    ['encoder', { encoder: 'a file' }],
    ['report.html/x', { 'report.html/x': 'a folder' }],
  ])('in the place of a result are named, and left as they are: %s', async (name, files) => {
    const path = await place();
    await put(path, files as Record<string, string>);
    await expect(open(path)).rejects.toThrow(`${name} is not of this job, or was changed, and would be replaced`);
    expect(await all(path)).toEqual(files);
  });

  test('an empty folder and a link are files of the user too', async () => {
    const [empty, linked, elsewhere] = [await place(), await place(), await place()];
    await mkdir(join(empty, 'encoder'));
    await expect(open(empty)).rejects.toThrow('encoder/ is not of this job');
    await put(elsewhere, { 'model.json': 'mine' });
    await symlink(elsewhere, join(linked, 'encoder'));
    await expect(open(linked)).rejects.toThrow('encoder is not of this job');
    expect(await all(elsewhere)).toEqual({ 'model.json': 'mine' });
  });

  test('that come while the job runs are not replaced either', async () => {
    const path = await place();
    const out = await open(path);
    await out.begin();
    await put(out.aside, results('a'));
    await put(path, { 'encoder/model.json': 'mine' });
    await expect(out.publish()).rejects.toThrow('encoder/model.json is not of this job');
    await out.close();
    expect(await all(path)).toEqual({ 'encoder/model.json': 'mine' });
  });

  test('what the job wrote before it listed its files is known to be its own', async () => {
    const path = await place();
    const { files: _, ...result } = JSON.parse(results('a')['result.json'] as string);
    await put(path, { ...results('a'), 'result.json': JSON.stringify(result) });
    await finish(path, 'b');
    expect(await all(path)).toEqual(results('b'));
  });
});

describe('the lock', () => {
  test('keeps a second process out, and is gone at the end', async () => {
    const path = await place();
    const out = await open(path);
    expect(await readdir(path)).toEqual([lockName]);
    await expect(open(path)).rejects.toThrow(`process ${process.pid} is at work there`);
    await out.check();
    await out.close();
    expect(await readdir(path)).toEqual([]);
    await (await open(path)).close();
  });

  test('of a process that is gone is taken over, by one of many', async () => {
    for (let round = 0; round < 10; round++) {
      const path = await place();
      await put(path, { [lockName]: lockOf(await deadProcess()) });
      const tries = await Promise.allSettled(Array.from({ length: 6 }, () => open(path)));
      const won = tries.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(won.length).toBe(1);
      for (const result of tries) {
        if (result.status === 'rejected') expect(String(result.reason)).toMatch(/is at work there/);
      }
      await won[0]?.check();
      await won[0]?.close();
      expect(await readdir(path)).toEqual([]);
    }
  });

  test('of another process with the same id, another machine, or damaged', async () => {
    const path = await place();
    await put(path, { [lockName]: lockOf(process.pid, { started: 'long ago' }) });
    if (process.platform === 'linux') await (await open(path)).close();
    await put(path, { [lockName]: lockOf(1, { host: 'elsewhere' }) });
    await expect(open(path)).rejects.toThrow('process 1 on elsewhere is at work there');
    await put(path, { [lockName]: '{"id": ' });
    await (await open(path)).close();
    await put(path, { [lockName]: '' });
    await (await open(path)).close();
    expect(await readdir(path)).toEqual([]);
  });

  test('that was taken away stops the job before it writes', async () => {
    const path = await place();
    const out = await open(path);
    await rm(join(path, lockName));
    const other = await open(path);
    await expect(out.check()).rejects.toThrow('another process has taken the folder over');
    await out.begin();
    await put(out.aside, results('a'));
    await expect(out.publish()).rejects.toThrow('another process has taken the folder over');
    await out.close();
    await other.check();
    await other.close();
    expect(await readdir(path)).toEqual([]);
  });

  test('what killed processes left aside is cleared away, and nothing else', async () => {
    const path = await place();
    const own = {
      '.partial-mine': 'x',
      '.partial-12-short/x': 'x',
      'checkpoint.bin.tmp': 'x',
      [`${lockName}.txt`]: 'x',
    };
    await put(path, own);
    await put(path, {
      '.partial-123-0a1b2c3d/room': 'x',
      '.partial-4-00000000/encoder/model.json': 'x',
      'checkpoint.bin.77-01234567.tmp': 'x',
      'checkpoint.bin.77-0a1b2c-01234567.tmp': 'x', // with the machine's mark, as the store names it today
      [`${lockName}.${randomUUID()}`]: 'x',
    });
    await (await open(path)).close();
    expect(await all(path)).toEqual(own);
  });

  test.each([0, 1, 2, 3, 4, 5, 6])('a process killed while it moves its results, after %i renames', async (renames) => {
    const path = await place();
    await finish(path, 'old');
    const aside = '.partial-99-0123abcd';
    const files = Object.fromEntries(
      Object.entries(results('new')).map(([name, text]) => [name, hashOf(Buffer.from(text))]),
    );
    // The state after some of: old encoder away, new encoder in place, and so on.
    const names = ['encoder', 'report.html', 'result.json'];
    const under = (prefix: string, mark: string, name: string): Record<string, string> =>
      Object.fromEntries(
        Object.entries(results(mark))
          .filter(([file]) => file === name || file.startsWith(`${name}/`))
          .map(([file, text]) => [prefix + file, text]),
      );
    for (const [i, name] of names.entries()) {
      await rm(join(path, name), { recursive: true });
      if (renames <= 2 * i) await put(path, under('', 'old', name));
      else await put(path, under(`${aside}/old-`, 'old', name));
      if (renames <= 2 * i + 1) await put(path, under(`${aside}/`, 'new', name));
      else await put(path, under('', 'new', name));
    }
    await put(path, { 'checkpoint.bin': 'x', [lockName]: lockOf(await deadProcess(), { moving: { aside, files } }) });
    await (await open(path)).close();
    expect(await all(path)).toEqual(results('new'));
  });
});

describe('runs', () => {
  const run = (path: string, ...more: string[]) =>
    pretrain(['--data', data, '--batch', '8', '--backend', 'wasm', '--out', path, ...more]);
  /** Starts a run and kills it after so many steps, or milliseconds. */
  const killed = async (path: string, when: { step?: number; ms?: number }, ...more: string[]) => {
    let sent = false;
    const timer = { id: undefined as NodeJS.Timeout | undefined };
    const args = ['--data', data, '--batch', '8', '--backend', 'wasm', '--out', path, ...more];
    const ended = await pretrain(args, (stdout, kill) => {
      if (when.ms !== undefined) timer.id ??= setTimeout(() => kill('SIGKILL'), when.ms);
      if (sent || when.step === undefined || !stdout.includes(`step ${when.step}/`)) return;
      sent = true;
      kill('SIGKILL');
    });
    clearTimeout(timer.id);
    return ended;
  };

  test('a run that would overwrite an unfinished one is refused; it is resumed, or given up by --restart', async () => {
    const path = await place();
    await put(path, { 'notes.txt': 'mine' });
    expect((await killed(path, { step: 60 }, '--steps', '80')).code).toBe(null);
    const before = await readFile(join(path, 'checkpoint.bin'));
    const refused = await run(path, '--steps', '4');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /^pretrain: --out \S+ holds an unfinished run, at step \d+: --resume goes on with it, --restart starts over\n$/,
    );
    expect((await readFile(join(path, 'checkpoint.bin'))).equals(before)).toBe(true);
    expect((await readdir(path)).sort()).toEqual(['checkpoint.bin', 'notes.txt']);
    const resumed = await pretrain(['--resume', '--out', path]);
    expect([resumed.code, resumed.stderr]).toEqual([0, '']);
    expect(JSON.parse(await readFile(join(path, 'result.json'), 'utf8')).loss).toHaveLength(80);
    // A finished run is replaced, and the job says so.
    const again = await run(path, '--steps', '3');
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(again.stdout).toContain('are replaced when this one is done');
    expect(JSON.parse(await readFile(join(path, 'result.json'), 'utf8')).loss).toHaveLength(3);
    expect((await killed(path, { step: 60 }, '--steps', '80')).code).toBe(null);
    const restarted = await run(path, '--steps', '2', '--restart');
    expect([restarted.code, restarted.stderr]).toEqual([0, '']);
    expect((await readdir(path)).sort()).toEqual(['encoder', 'notes.txt', 'report.html', 'result.json']);
    expect(await readFile(join(path, 'notes.txt'), 'utf8')).toBe('mine');
  });

  test('a checkpoint that is damaged, or the file of somebody else, is not overwritten', async () => {
    const path = await place();
    await put(path, { 'checkpoint.bin': 'my own file' });
    for (const more of [[], ['--restart']]) {
      const { code, stderr } = await run(path, '--steps', '1', ...more);
      expect(code).toBe(1);
      expect(stderr).toMatch(/checkpoint\.bin is not of this job and would be replaced/);
      expect(await all(path)).toEqual({ 'checkpoint.bin': 'my own file' });
    }
    await rm(join(path, 'checkpoint.bin'));
    await fileCheckpoint(join(path, 'checkpoint.bin')).save({ step: 1 });
    expect((await run(path, '--steps', '1', '--restart')).stderr).toContain('is not of this job');
    const bytes = await readFile(join(path, 'checkpoint.bin'));
    await writeFile(join(path, 'checkpoint.bin'), bytes.subarray(0, bytes.length - 8));
    expect((await run(path, '--steps', '1')).stderr).toMatch(
      /whose checkpoint is damaged .*; --restart starts over\n$/,
    );
    expect((await run(path, '--steps', '1', '--restart')).code).toBe(0);
  });

  test('of two processes on one folder, one runs and the other is told', async () => {
    const path = await place();
    const both = await Promise.all([
      run(path, '--steps', '20', '--seed', '1'),
      run(path, '--steps', '20', '--seed', '2'),
    ]);
    expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
    const loser = both.find(({ code }) => code === 1);
    expect(loser?.stderr).toMatch(
      /^pretrain: --out \S+: process \d+ is at work there; wait for it, or give another --out\n$/,
    );
    expect((await readdir(path)).sort()).toEqual(['encoder', 'report.html', 'result.json']);
  });

  test('killed at any moment: nothing of the user is lost, the run is resumed, no file stays behind', async () => {
    const path = await place();
    const own = { 'notes.txt': 'mine', 'data/encoder/weights.bin': 'mine' };
    await put(path, own);
    const moments = [0, 500, 1500, 3000];
    for (const ms of moments) {
      const hasRun = (await readdir(path)).includes('checkpoint.bin');
      await killed(path, { ms }, '--steps', '120', ...(hasRun ? ['--resume'] : []));
      for (const [name, text] of Object.entries(own)) expect(await readFile(join(path, name), 'utf8')).toBe(text);
    }
    const hasRun = (await readdir(path)).includes('checkpoint.bin');
    const ended = await run(path, '--steps', '120', ...(hasRun ? ['--resume'] : []));
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    const { loss } = JSON.parse(await readFile(join(path, 'result.json'), 'utf8'));
    expect(loss).toHaveLength(120);
    expect((await readdir(path)).sort()).toEqual(['data', 'encoder', 'notes.txt', 'report.html', 'result.json']);
  });
});
