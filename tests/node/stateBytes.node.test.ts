import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { State } from '../../src/internal/state.js';
import { fileCheckpoint } from '../../src/node/index.js';
import { decodeState, encodeState } from '../../src/node/stateBytes.js';
import { temp } from './temp.js';

const bytesOf = (state: State): Uint8Array => Uint8Array.from(Buffer.concat(encodeState(state)));

const arrays = fc.oneof(
  fc.float32Array({ maxLength: 9 }).map((data) => ({ dtype: 'float32' as const, shape: [data.length], data })),
  fc.int32Array({ maxLength: 9 }).map((data) => ({ dtype: 'int32' as const, shape: [1, data.length, 1], data })),
  fc.uint8Array({ maxLength: 9 }).map((data) => ({ dtype: 'bool' as const, shape: [data.length, 1], data })),
);
const names = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'a', 'data', 'shape'));
const states = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.double(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    arrays,
    fc.array(tie('value'), { maxLength: 4 }),
    tie('map'),
  ),
  map: fc
    .array(fc.tuple(names, tie('value')), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries.filter(([, v]) => v !== undefined))),
})).map as fc.Arbitrary<State>;

describe('encodeState and decodeState', () => {
  test('give back every state, bit for bit', () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(decodeState(bytesOf(state))).toEqual(state);
      }),
      { numRuns: 300 },
    );
    expect(Object.is(decodeState(bytesOf({ x: -0 })).x, -0)).toBe(true);
    const view = new Float32Array(Float32Array.of(1, 2, 3, 4).buffer, 4, 2);
    const state = { x: { dtype: 'float32' as const, shape: [2], data: view } };
    expect(decodeState(bytesOf(state))).toEqual(state);
  });

  test('notice every cut and every changed bit', () => {
    fc.assert(
      fc.property(states, fc.nat(), fc.nat({ max: 7 }), (state, at, bit) => {
        const bytes = bytesOf(state);
        expect(() => decodeState(bytes.subarray(0, at % bytes.length))).toThrow(/^[^\n]+$/);
        const place = at % bytes.length;
        const changed = bytes.slice();
        (changed[place] as number) ^= 1 << bit;
        expect(() => decodeState(changed)).toThrow(/^[^\n]+$/);
      }),
      { numRuns: 300 },
    );
  });

  test('say what is wrong', () => {
    const bytes = bytesOf({ x: { dtype: 'int32', shape: [3], data: Int32Array.of(1, 2, 3) } });
    expect(() => decodeState(new Uint8Array())).toThrow('expected a selfsup state (SELFSUP1), got nothing');
    expect(() => decodeState(new TextEncoder().encode('hello world, text'))).toThrow('got "hello wo"');
    expect(() => decodeState(bytes.subarray(0, bytes.length - 1))).toThrow(
      `the state is cut off: expected ${bytes.length} bytes, got ${bytes.length - 1}`,
    );
    expect(() => decodeState(Uint8Array.from([...bytes, 0]))).toThrow('the state has 1 bytes too many');
    const wrong = { x: { dtype: 'float32' as const, shape: [3], data: Float32Array.of(1) } };
    expect(() => encodeState(wrong)).toThrow('state.x must hold 3 numbers of float32, got 1 in Float32Array');
    expect(() => encodeState({ a: { b: undefined } } as unknown as State)).toThrow('state.a.b must be plain data');
    expect(() => encodeState({ a: new Map() } as unknown as State)).toThrow('state.a must be plain data');
  });
});

describe('crafted bytes with a right checksum', () => {
  /** Bytes as encodeState writes them, of any header and any numbers. */
  function crafted(header: unknown, numbers = new Uint8Array()): Uint8Array {
    const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
    const head = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
    const start = Buffer.alloc(16);
    start.write('SELFSUP1');
    start.writeUInt32LE(head.length, 8);
    start.writeUInt32LE(crc32(Buffer.concat([head, numbers])), 12);
    return Uint8Array.from(Buffer.concat([start, head, numbers]));
  }
  const root = { m: [['x', { a: 0 }]] };
  const array = { dtype: 'int32', shape: [2] };
  const eight = new Uint8Array(8);

  test('the right one is read', () => {
    expect(decodeState(crafted({ root, arrays: [array] }, eight))).toEqual({
      x: { ...array, data: new Int32Array(2) },
    });
  });

  test.each([
    ['null', 'null'],
    ['a list', []],
    ['no fields', {}],
    ['no root', { arrays: [] }],
    ['no arrays', { root }],
    ['arrays that are none', { root, arrays: { length: 1 } }],
    ['an array that is none', { root, arrays: [null] }],
    ['an unknown type', { root, arrays: [{ dtype: 'float64', shape: [1] }] }],
    ['a type that is a method', { root, arrays: [{ dtype: 'constructor', shape: [1] }] }],
    ['no shape', { root, arrays: [{ dtype: 'int32' }] }],
    ['a shape that is a text', { root, arrays: [{ dtype: 'int32', shape: '2' }] }],
    ['negative sizes', { root, arrays: [{ dtype: 'int32', shape: [-1, -2] }] }],
    ['broken sizes', { root, arrays: [{ dtype: 'int32', shape: [0.5, 4] }] }],
    ['sizes without end', { root, arrays: [{ dtype: 'int32', shape: new Array(40).fill(1e9) }] }],
    ['an array that is not there', { root: { m: [['x', { a: 1 }]] }, arrays: [array] }],
    ['an array of a text', { root: { m: [['x', { a: '0' }]] }, arrays: [array] }],
    ['a value that is none', { root: { m: [['x', 3]] }, arrays: [] }],
    ['a value of two kinds', { root: { m: [['x', { v: 1, n: 'NaN' }]] }, arrays: [] }],
    ['a value that is an object', { root: { m: [['x', { v: {} }]] }, arrays: [] }],
    ['an unknown number', { root: { m: [['x', { n: '7' }]] }, arrays: [] }],
    ['an infinite number', '{"root":{"m":[["x",{"v":1e999}]]},"arrays":[]}'],
    ['a list that is none', { root: { m: [['x', { l: 'ab' }]] }, arrays: [] }],
    ['an object that is none', { root: { m: { x: { v: 1 } } }, arrays: [] }],
    ['a name that is none', { root: { m: [[7, { v: 1 }]] }, arrays: [] }],
    ['an entry of three', { root: { m: [['x', { v: 1 }, 2]] }, arrays: [] }],
    [
      'a name twice',
      {
        root: {
          m: [
            ['x', { v: 1 }],
            ['x', { v: 2 }],
          ],
        },
        arrays: [],
      },
    ],
    ['a number as the state', { root: { v: 1 }, arrays: [] }],
    ['a list as the state', { root: { l: [] }, arrays: [] }],
    ['brackets past counting', '['.repeat(2_000_000)],
    ['lists past counting', `{"root":{"m":[["x",${'{"l":['.repeat(100_000)}${']}'.repeat(100_000)}]]},"arrays":[]}`],
  ])('%s is refused in one line', (_, header) => {
    for (const bytes of [crafted(header), crafted(header, eight)]) {
      expect(() => decodeState(bytes)).toThrow(/^the state is damaged: its header is unreadable[^\n]*$/);
    }
  });

  test('sizes that the bytes do not have are refused before room is made for them', () => {
    const huge = crafted({ root, arrays: [{ dtype: 'int32', shape: [1e12] }] }, eight);
    expect(() => decodeState(huge)).toThrow(/^the state is cut off: expected 4000000000\d{3} bytes, got \d+$/);
  });

  test('states that hold themselves, or more than can be kept, are not written', () => {
    const state: Record<string, unknown> = { a: [] };
    (state.a as unknown[]).push(state);
    expect(() => encodeState(state as State)).toThrow('state is nested more than 100 deep');
    for (const value of [1n, Symbol('x'), () => 1, new Date()]) {
      expect(() => encodeState({ value } as unknown as State)).toThrow(/^state\.value[^\n]* must /);
    }
    const array = { dtype: 'constructor', shape: [1], data: Float32Array.of(1) };
    expect(() => encodeState({ array } as unknown as State)).toThrow('state.array must hold');
    const shape = { dtype: 'int32', shape: ['2'], data: Int32Array.of(1, 2) };
    expect(() => encodeState({ shape } as unknown as State)).toThrow('state.shape must have a shape');
    let deep: State = { x: 1 };
    for (let i = 0; i < 99; i++) deep = i % 2 === 0 ? { deep } : { deep: [deep] as never };
    expect(() => encodeState(deep)).toThrow('nested more than 100 deep');
    let fine: State = { x: { dtype: 'int32', shape: [1], data: Int32Array.of(1) } };
    for (let i = 0; i < 99; i++) fine = { fine };
    expect(decodeState(bytesOf(fine))).toEqual(fine);
  });
});

describe('fileCheckpoint', () => {
  const state = { step: 1, w: { dtype: 'float32', shape: [1], data: Float32Array.of(0.1) } } as const satisfies State;

  test('gives null, then the last state saved, and leaves no file but its own', async () => {
    const folder = await temp();
    const store = fileCheckpoint(join(folder, 'deep', 'run.bin'));
    expect(await store.load()).toBeNull();
    await Promise.all([store.save(state), store.save({ ...state, step: 2 }), store.save({ ...state, step: 3 })]);
    expect(await store.load()).toEqual({ ...state, step: 3 });
    expect(await readdir(join(folder, 'deep'))).toEqual(['run.bin']);
  });

  test('keeps the old state when a save fails, and says why', async () => {
    const folder = await temp({ file: 'x' });
    const path = join(folder, 'run.bin');
    const store = fileCheckpoint(path);
    await store.save(state);
    await expect(store.save({ bad: undefined } as unknown as State)).rejects.toThrow(
      'fileCheckpoint: state.bad must be',
    );
    expect(await store.load()).toEqual(state);
    await expect(fileCheckpoint(join(folder, 'file', 'run.bin')).save(state)).rejects.toThrow(
      /^fileCheckpoint: [^\n]+$/,
    );
    expect((await readdir(folder)).sort()).toEqual(['file', 'run.bin']);
    await writeFile(path, (await readFile(path)).subarray(0, 40));
    await expect(store.load()).rejects.toThrow(/^fileCheckpoint: the state is cut off: .*run\.bin$/);
    await expect(fileCheckpoint(folder).load()).rejects.toThrow('expected a file, got a folder');
    const inTheWay = await temp({ 'run.bin/x': '' }); // the rename fails: nothing new stays
    await expect(fileCheckpoint(join(inTheWay, 'run.bin')).save(state)).rejects.toThrow(/^fileCheckpoint: [^\n]+$/);
    expect(await readdir(inTheWay)).toEqual(['run.bin']);
    expect((await readdir(folder)).sort()).toEqual(['file', 'run.bin']);
  });

  test('clear removes the checkpoint and what killed processes left of one, and nothing else', async () => {
    const folder = await temp();
    const path = join(folder, 'run.bin');
    const store = fileCheckpoint(pathToFileURL(path));
    await store.clear(); // nothing there: fine
    await store.save(state);
    const dead = spawn(process.execPath, ['-e', '']);
    await once(dead, 'exit');
    const left = [`run.bin.${dead.pid}-0123abcd.tmp`, `run.bin.${process.pid}-0123abcd.tmp`];
    for (const name of left) await writeFile(join(folder, name), 'x');
    const past = new Date(Date.now() - process.uptime() * 1000 - 60_000);
    await utimes(join(folder, left[1] as string), past, past); // of an earlier process with the number of this one
    const old = `run.bin.1-abcdef-0123abcd.tmp`; // of another machine, two days ago
    await writeFile(join(folder, old), 'x');
    await utimes(join(folder, old), new Date(Date.now() - 2 * 86_400_000), new Date(Date.now() - 2 * 86_400_000));
    const others = [
      ...[
        `run.bin.${process.ppid}-0123abcd.tmp`,
        `run.bin.${process.pid}-0123abce.tmp`,
        'run.bin.1-abcdef-0123abcd1.tmp',
      ],
      ...['run.bin.1-abcdef-0123abce.tmp', `other.bin.${dead.pid}-0123abcd.tmp`, 'run.bin.tmp', 'run.bin.old'],
    ];
    for (const name of others) await writeFile(join(folder, name), 'x');
    await store.clear();
    expect((await readdir(folder)).sort()).toEqual(others.sort());
    expect(await store.load()).toBeNull();
    await writeFile(join(folder, left[0] as string), 'x');
    await fileCheckpoint(path).save(state); // the first save of a store does the same
    expect((await readdir(folder)).sort()).toEqual([...others, 'run.bin'].sort());
    await Promise.all([store.save(state), store.clear(), store.save({ ...state, step: 9 })]);
    expect(await store.load()).toEqual({ ...state, step: 9 });
  });

  test('clear refuses what is no checkpoint', async () => {
    const folder = await temp({ notes: 'dear diary', cut: 'SELF', empty: '', 'folder/x': '' });
    await expect(fileCheckpoint(join(folder, 'notes')).clear()).rejects.toThrow(
      /^fileCheckpoint: expected a checkpoint \(SELFSUP1\) to be removed, got "dear dia": .*notes$/,
    );
    await expect(fileCheckpoint(join(folder, 'folder')).clear()).rejects.toThrow('expected a file, got a folder');
    for (const name of ['cut', 'empty']) await fileCheckpoint(join(folder, name)).clear();
    expect((await readdir(folder)).sort()).toEqual(['folder', 'notes']);
  });

  test('a FIFO neither hangs a load nor is removed', async () => {
    const path = join(await temp(), 'pipe');
    execFileSync('mkfifo', [path]);
    await expect(fileCheckpoint(path).load()).rejects.toThrow('expected a regular file, got a FIFO');
    await expect(fileCheckpoint(path).clear()).rejects.toThrow('expected a regular file, got a FIFO');
  });
});
