import { memory, type Tensor2D } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { afterAll, describe, expect, test } from 'vitest';
import { FeatureQueue, MemoryBank, MomentumEncoder, type State } from '../../src/momentum/index.js';
import { normals, onEveryBackend } from '../helpers/index.js';
import { disposeHeld } from '../helpers/memory.js';

interface Part {
  getState(): Promise<State>;
  setState(state: State): Promise<void>;
  dispose(): void;
}

/** A class that holds tensors. */
interface Row<P extends Part> {
  readonly name: string;
  readonly make: () => P;
  /** One step of its life; no tensor of its own may be left. */
  readonly step: (part: P, i: number) => void;
  /** Tensors that it holds after construction, and after steps. */
  readonly tensors: readonly [number, number];
  /** Everything else that it offers. */
  readonly uses: readonly ((part: P) => unknown)[];
}

const online = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] }), layers.batchNormalization()] });
const row = <P extends Part>(r: Row<P>): Row<Part> => r as unknown as Row<Part>;

const parts: readonly Row<Part>[] = [
  row<FeatureQueue>({
    name: 'FeatureQueue',
    make: () => new FeatureQueue({ capacity: 7, dim: 3 }),
    step: (queue, i) => queue.enqueue(normals<Tensor2D>(i, [3, 3])),
    tensors: [0, 3],
    uses: [
      (q) => q.enqueue(normals<Tensor2D>(1, [1, 3])),
      (q) => q.values(),
      (q) => q.blocks(),
      (q) => q.filled,
      (q) => q.pointer,
    ],
  }),
  row<MemoryBank>({
    name: 'MemoryBank',
    make: () => new MemoryBank({ size: 9, dim: 3 }),
    step: (bank, i) => bank.update([i % 9, (i + 4) % 9], normals<Tensor2D>(i, [2, 3])),
    tensors: [1, 1],
    uses: [
      (b) => b.update([1], normals<Tensor2D>(1, [1, 3])),
      (b) => b.values(),
      (b) => b.lookup([1]),
      (b) => b.filled,
      (b) => b.sampleNegatives(1, { count: 1 }),
      (b) => b.samplePairedNegatives([1], 1, { count: 1 }),
    ],
  }),
  row<MomentumEncoder>({
    name: 'MomentumEncoder',
    make: () => new MomentumEncoder(online, { momentum: 0.9, statistics: 'ema' }),
    step: (encoder, i) => {
      for (const [j, weight] of online.weights.entries()) weight.write(normals(i + j, weight.shape as number[]));
      encoder.update();
    },
    tensors: [6, 6],
    uses: [(e) => e.update(), (e) => e.model, (e) => e.apply(normals<Tensor2D>(1, [2, 3]))],
  }),
];

onEveryBackend('classes that hold tensors', () => {
  afterAll(() => {
    online.dispose();
  });

  describe.each(parts)('$name', ({ name, make, step, tensors, uses }) => {
    test('holds the same number of tensors at every step, and none in the end', () => {
      const before = memory().numTensors;
      const part = make();
      expect(memory().numTensors - before).toBe(tensors[0]);
      for (let i = 0; i < 5; i++) {
        step(part, i);
        disposeHeld();
        expect(memory().numTensors - before).toBe(tensors[1]);
      }
      part.dispose();
      expect(memory().numTensors).toBe(before);
    });

    test('goes on exactly from a state that went through JSON-like copying', async () => {
      const [first, second] = [make(), make()];
      for (let i = 0; i < 4; i++) step(first, i);
      step(second, 9);
      await second.setState(structuredClone(await first.getState()));
      expect(await second.getState()).toEqual(await first.getState());
      step(first, 4);
      const after = await first.getState();
      step(second, 4);
      expect(await second.getState()).toEqual(after);
      first.dispose();
      second.dispose();
    });

    test('a state is of the moment it was asked for', async () => {
      const part = make();
      step(part, 0);
      const expected = structuredClone(await part.getState());
      const asked = part.getState();
      step(part, 1);
      expect(await asked).toEqual(expected);
      part.dispose();
    });

    test('may be disposed twice; any other use afterwards throws', async () => {
      const part = make();
      step(part, 0);
      const state = await part.getState();
      part.dispose();
      part.dispose();
      const message = `${name}: used after dispose()`;
      for (const use of uses) expect(() => use(part)).toThrow(message);
      await expect(part.getState()).rejects.toThrow(message);
      await expect(part.setState(state)).rejects.toThrow(message);
    });
  });
});
