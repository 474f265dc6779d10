import { train } from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test } from 'vitest';
import type { ArrayState, State } from '../../src/internal/state.js';
import { batches, indexedDBCheckpoint, pretrain } from '../../src/training/index.js';
import { flat, onEveryBackend, uniforms } from '../helpers/index.js';
import { ToyMethod } from './toyMethod.js';

const database = 'selfsup-test';
const state = (step: number): State => ({
  step,
  name: 'run',
  list: [1, null, true, { deep: -0 }],
  weights: { dtype: 'float32', shape: [3], data: Float32Array.of(Number.NaN, -0, step) },
});

describe('indexedDBCheckpoint anywhere', () => {
  test('rejects names that are none', () => {
    expect(() => indexedDBCheckpoint('')).toThrow('indexedDBCheckpoint: name must be a text that is not empty, got ""');
    expect(() => indexedDBCheckpoint('a', { databse: 'x' } as never)).toThrow(
      "options has no 'databse', did you mean 'database'?",
    );
    expect(() => indexedDBCheckpoint('a', { database: 3 as never })).toThrow('database must be a text');
  });
  test.runIf(typeof indexedDB === 'undefined')('says where there is no IndexedDB', async () => {
    const store = indexedDBCheckpoint('run');
    await expect(store.load()).rejects.toThrow('indexedDBCheckpoint: there is no IndexedDB here (in Node, use');
    await expect(store.clear?.()).rejects.toThrow('indexedDBCheckpoint: there is no IndexedDB here');
    await expect(store.save(state(1))).rejects.toThrow('use fileCheckpoint of selfsup/node): run');
  });
});

// Node has no IndexedDB: the rest runs in the browser projects only.
describe.skipIf(typeof indexedDB === 'undefined')('in a browser', () => {
  afterAll(
    () =>
      new Promise<void>((resolve, reject) => {
        const removal = indexedDB.deleteDatabase(database);
        removal.onsuccess = () => resolve();
        removal.onerror = () => reject(removal.error);
      }),
  );

  onEveryBackend('indexedDBCheckpoint', () => {
    test('gives back what was saved last, under its own name', async () => {
      const [store, other] = [indexedDBCheckpoint('a', { database }), indexedDBCheckpoint('b', { database })];
      expect(await store.load()).toBe(null);
      await Promise.all([1, 2, 3].map((step) => store.save(state(step))));
      expect(await store.load()).toEqual(state(3));
      expect(await indexedDBCheckpoint('a', { database }).load()).toEqual(state(3));
      expect(await other.load()).toBe(null);
      await expect(store.save({ step: (() => 4) as never })).rejects.toThrow(/^indexedDBCheckpoint: .*: a$/);
      expect(await store.load()).toEqual(state(3));
      await store.save(state(5));
      expect((await store.load())?.step).toBe(5);
      await other.save(state(6));
      await store.clear?.();
      expect(await store.load()).toBe(null);
      expect((await other.load())?.step).toBe(6);
      await store.clear?.();
    });

    test('holds a whole state whenever its writer is killed', async () => {
      const store = indexedDBCheckpoint('killed', { database });
      let before = 0;
      for (const wait of [2, 11]) {
        const writer = new Worker(new URL('./checkpointWriter.ts', import.meta.url), { type: 'module' });
        await new Promise((resolve, reject) => {
          writer.onmessage = resolve;
          writer.onerror = reject;
        });
        await new Promise((resolve) => setTimeout(resolve, wait));
        writer.terminate();
        const { step, weights } = (await store.load()) as { step: number; weights: ArrayState };
        expect(step).toBeGreaterThanOrEqual(1);
        expect(weights.data.length).toBe(250_000);
        expect(weights.data.every((x) => x === step)).toBe(true);
        before = step;
      }
      expect(before).toBeGreaterThan(0);
    });

    test('a run goes on from it exactly', async () => {
      const source = batches(uniforms(1, [8, 3]), { size: 4 }, 5);
      const run = async (steps: number, checkpoint?: { store: ReturnType<typeof indexedDBCheckpoint> }) => {
        const [method, optimizer] = [new ToyMethod(), train.adam(0.05, 0.9, 0.999, 1e-8)];
        const { loss } = await pretrain(method as never, source, {
          steps,
          seed: 1,
          optimizer,
          ...(checkpoint && { checkpoint }),
        });
        const weights = await flat(method.weights);
        method.dispose();
        optimizer.dispose();
        return { loss, weights };
      };
      const store = indexedDBCheckpoint('run', { database });
      await run(2, { store });
      expect(await run(4, { store })).toEqual(await run(4));
    });
  });
});
