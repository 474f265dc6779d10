import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
});
