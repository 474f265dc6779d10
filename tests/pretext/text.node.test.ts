import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { memory, type Rank, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { cbowTask, maskedTokensTask, type SkipGramBatch, skipGramTask } from '../../src/pretext/index.js';
import { noiseWords } from '../../src/pretext/noiseWords.js';
import { expectKept, flat, hold, onEveryBackend } from '../helpers/index.js';

async function pairsOf(batch: SkipGramBatch): Promise<{ pairs: number[][]; negatives: number[] }> {
  const [a, b] = [await flat(hold(batch.inputs)), await flat(hold(batch.targets))];
  return { pairs: a.map((center, i) => [center, b[i] as number]), negatives: await flat(hold(batch.negatives)) };
}

onEveryBackend('text', () => {
  test('skipGramTask: every word with those of its window, rows apart', async () => {
    const options = { window: 2, dynamicWindow: false, negatives: 3 };
    expectKept(3, () => skipGramTask([1, 2, 3], 1, options));
    const { pairs, negatives } = await pairsOf(skipGramTask([[1, 2, 3, 4], Int32Array.of(5, 6)], 1, options));
    expect(pairs).toEqual([
      [1, 2],
      [1, 3],
      [2, 1],
      [2, 3],
      [2, 4],
      [3, 1],
      [3, 2],
      [3, 4],
      [4, 2],
      [4, 3],
      [5, 6],
      [6, 5],
    ]);
    for (const [i, word] of negatives.entries()) {
      expect(word).not.toBe(pairs[Math.floor(i / 3)]?.[1]);
      expect(word >= 1 && word <= 6).toBe(true);
    }
    expect(new Set(negatives).size).toBe(6);
  });

  test('skipGramTask: windows are drawn by place, and a row does not depend on what follows', async () => {
    const ids = Array.from({ length: 400 }, (_, i) => i);
    const counts = new Array<number>(400).fill(1);
    const { pairs } = await pairsOf(skipGramTask(ids, 1, { window: 4, counts }));
    // Centre i pairs with its neighbours up to a reach of 1 to 4, all alike, so a distance d occurs with chance (5 - d) / 4.
    for (let d = 1; d <= 4; d++) {
      const found = pairs.filter(([a = 0, b = 0]) => b - a === d).length;
      expect(Math.abs(found / 400 - (5 - d) / 4)).toBeLessThan(0.1);
    }
    const first = await pairsOf(skipGramTask([ids.slice(0, 50)], 1, { window: 4, counts }));
    const both = await pairsOf(skipGramTask([ids.slice(0, 50), ids], 1, { window: 4, counts }));
    expect(both.pairs.slice(0, first.pairs.length)).toEqual(first.pairs);
    expect(both.negatives.slice(0, first.negatives.length)).toEqual(first.negatives);
    expect(pairs.slice(0, 100)).toEqual(first.pairs.slice(0, 100));
    const other = await pairsOf(skipGramTask(ids, 2, { window: 4, counts }));
    expect(other.pairs).not.toEqual(pairs);
  });

  test('skipGramTask: subsampling drops frequent words by the chance of word2vec.c, and windows reach over them', async () => {
    const ids = Array.from({ length: 3000 }, (_, i) => (i % 2 === 0 ? 0 : 1 + (i % 100))); // word 0 is half of the text
    const { pairs } = await pairsOf(
      skipGramTask(ids, 1, { window: 1, dynamicWindow: false, subsample: 0.05, negatives: 1 }),
    );
    const kept = (Math.sqrt(10) + 1) / 10;
    const share = pairs.filter(([center]) => center === 0).length / 2 / 1500;
    expect(Math.abs(share - kept)).toBeLessThan(0.05);
    expect(pairs.some(([a, b]) => a !== 0 && b !== 0)).toBe(true);
  });

  test('noise words have their share of count^power without the word left out', () => {
    const { draw } = noiseWords([0, 16, 1, 0, 81], 0.75); // 8, 1 and 27
    const steps = Array.from({ length: 7200 }, (_, i) => (i + 0.5) / 7200);
    const shares = (except: number): number[] =>
      [0, 1, 2, 3, 4].map((id) => steps.filter((u) => draw(u, except) === id).length / 7200);
    for (const [except, expected] of [
      [-1, [0, 8 / 36, 1 / 36, 0, 27 / 36]],
      [4, [0, 8 / 9, 1 / 9, 0, 0]],
      [1, [0, 0, 1 / 28, 0, 27 / 28]],
      [3, [0, 8 / 36, 1 / 36, 0, 27 / 36]],
    ] as const) {
      for (const [id, share] of shares(except).entries())
        expect(Math.abs(share - (expected[id] as number))).toBeLessThan(3e-4);
    }
  });

  test('cbowTask: the words around each, and weights that average those there are', async () => {
    expectKept(3, () => cbowTask([1, 2], { window: 1 }));
    const ids = [[4, 1, 3], [9], [7, 8]];
    const { inputs, weights, targets } = cbowTask(ids, { window: 2 });
    for (const t of [inputs, weights, targets]) hold(t);
    expect(await flat(targets)).toEqual([4, 1, 3, 7, 8]);
    expect(await flat(inputs)).toEqual([0, 0, 1, 3, 0, 4, 3, 0, 4, 1, 0, 0, 0, 0, 8, 0, 0, 7, 0, 0]);
    expect(await flat(weights)).toEqual([0, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 2, 0, 0, 2, 0, 0].map((w) => w / 2));
    const tensorIds = hold(tensor<Rank.R1>([4, 1, 3], [3], 'int32'));
    const same = cbowTask(tensorIds, { window: 2 });
    for (const t of [same.weights, same.targets]) hold(t);
    expect(await flat(hold(same.inputs))).toEqual([0, 0, 1, 3, 0, 4, 3, 0, 4, 1, 0, 0]);
  });

  test('maskedTokensTask: shares of 15 % and 80, 10, 10, and special tokens neither hidden nor put in', async () => {
    const [batch, length, size] = [40, 250, 30];
    const rows = Array.from({ length: batch }, (_, i) => Array.from({ length }, (_, j) => (i * 7 + j) % size));
    const special = [0, 1, 2, 29];
    const task = (ids: number[][], ratio?: number) => {
      const batch = maskedTokensTask(ids, 5, {
        maskToken: 3,
        vocabularySize: size,
        specialTokens: special,
        ...(ratio !== undefined && { ratio }),
      });
      for (const t of Object.values(batch)) hold(t);
      return batch;
    };
    const all = task(rows);
    const [inputs, targets, mask] = [await flat(all.inputs), await flat(all.targets), await flat(all.mask)];
    expect(targets).toEqual(rows.flat());
    let [hidden, masked, changed, stayed] = [0, 0, 0, 0];
    const put = new Set<number>();
    for (const [k, id] of targets.entries()) {
      if (special.includes(id) || id === 3) expect([inputs[k], mask[k]]).toEqual([id, 0]);
      if (mask[k] === 0) expect(inputs[k]).toBe(id);
      else {
        hidden++;
        if (inputs[k] === 3) masked++;
        else if (inputs[k] === id) stayed++;
        else {
          changed++;
          put.add(inputs[k] as number);
        }
      }
    }
    const usual = targets.filter((id) => !special.includes(id) && id !== 3).length;
    expect(Math.abs(hidden / usual - 0.15)).toBeLessThan(0.015);
    expect(Math.abs(masked / hidden - 0.8)).toBeLessThan(0.04);
    expect(Math.abs(stayed / hidden - 0.1)).toBeLessThan(0.03);
    expect(Math.abs(changed / hidden - 0.1)).toBeLessThan(0.03);
    expect([...put].some((id) => special.includes(id) || id === 3)).toBe(false);
    expect(put.size).toBeGreaterThan(15);
    // Row i depends on the seed and i alone; nothing is hidden at ratio 0.
    expect(await flat(task(rows.slice(0, 3)).inputs)).toEqual(inputs.slice(0, 3 * length));
    expect(await flat(task(rows.slice(0, 2), 0).mask)).toEqual(new Array(2 * length).fill(0));
  });

  test('maskedTokensTask: whole words are hidden together, and word -1 never', async () => {
    const words = Array.from({ length: 60 }, () => [-1, 0, 0, 0, 1, 2, 2, -1]);
    const ids = words.map(() => [1, 5, 6, 7, 8, 9, 5, 2]);
    const batch = maskedTokensTask(ids, 1, { maskToken: 0, vocabularySize: 10, ratio: 0.4, words });
    for (const t of [batch.inputs, batch.targets]) hold(t);
    const mask = await flat(hold(batch.mask));
    const seen = new Set<string>();
    for (let i = 0; i < 60; i++) {
      const row = mask.slice(8 * i, 8 * i + 8);
      expect([row[0], row[7]]).toEqual([0, 0]);
      expect([row[2], row[3], row[6]]).toEqual([row[1], row[1], row[5]]);
      seen.add(`${row[1]}${row[4]}${row[5]}`);
    }
    expect(seen.size).toBe(8);
  });

  test('bad input throws before any tensor is made, and says what was expected', () => {
    const ids = hold(zeros<Rank.R2>([2, 3], 'int32'));
    const floats = hold(zeros<Rank.R2>([2, 3]));
    const mlm = { maskToken: 0, vocabularySize: 5 };
    const bad: [() => unknown, string][] = [
      [() => skipGramTask([1, 2.5], 1), 'skipGramTask: ids must be integers from 0 to 2147483647, got 2.5 at [0, 1]'],
      [() => skipGramTask([[1], []], 1), 'ids must have at least one token in every text, got [] in row 1'],
      [
        () => skipGramTask('text' as never, 1),
        'ids must be an int32 tensor or an array of integers or of rows, got "text"',
      ],
      [() => skipGramTask([1, 1], 1), 'counts must be above 0 for at least two words, got 1'],
      [() => skipGramTask([[1], [2]], 1), 'ids must have two words near each other, got 1,1 words'],
      [() => skipGramTask([1, 2], 1, { counts: [1, 1] }), 'ids must be integers from 0 to 1, got 2 at [0, 1]'],
      [() => skipGramTask([1, 0], 1, { counts: [1, -1] }), 'counts must be numbers >= 0, got -1 for word 1'],
      [() => skipGramTask([1, 0], 1, { window: 0 }), 'window must be an integer >= 1, got 0'],
      [() => skipGramTask(ids, 1), 'ids must be plain numbers with no counts, since a tensor is not read back'],
      [() => skipGramTask(ids, 1, { counts: [1, 1], subsample: 1e-3 }), 'ids must be plain numbers with subsample'],
      [() => skipGramTask(floats, 1, { counts: [1, 1] }), 'ids must have dtype int32, got float32'],
      [() => cbowTask([[1], [2]]), 'cbowTask: ids must have a text of at least two words, got 1,1 words'],
      [() => cbowTask([1, 2], { window: 1.5 }), 'window must be an integer >= 1, got 1.5'],
      [() => maskedTokensTask(floats, 1, mlm), 'maskedTokensTask: ids must have dtype int32, got float32'],
      [() => maskedTokensTask([[1, 2], [3]], 1, mlm), 'ids must have rows of 2 tokens, got one of 1'],
      [() => maskedTokensTask([[5]], 1, mlm), 'ids must be integers from 0 to 4, got 5 at [0, 0]'],
      [() => maskedTokensTask(ids, 1, { ...mlm, maskToken: 5 }), 'maskToken must be an integer >= 0 and <= 4, got 5'],
      [
        () => maskedTokensTask(ids, 1, { ...mlm, specialTokens: [7] }),
        'specialTokens must be an integer >= 0 and <= 4, got 7',
      ],
      [
        () => maskedTokensTask(ids, 1, { ...mlm, specialTokens: [1, 2, 3, 4] }),
        'vocabularySize must leave ordinary tokens, got 5',
      ],
      [() => maskedTokensTask(ids, 1, { ...mlm, random: 0.3 }), 'masked + random must be at most 1, got 0.8 + 0.3'],
      [() => maskedTokensTask(ids, 1, { ...mlm, ratio: -1 }), 'ratio must be a number >= 0 and <= 1, got -1'],
      [
        () => maskedTokensTask(ids, 1, { ...mlm, words: [[0, 0, 0]] }),
        'words must be 2 rows of 3 integers, got [[0,0,0]]',
      ],
      [
        () => maskedTokensTask(ids, 1, undefined as never),
        'maskedTokensTask: options must be an object, got undefined',
      ],
    ];
    const before = memory().numTensors;
    for (const [call, message] of bad) expect(call, message).toThrow(message);
    expect(memory().numTensors).toBe(before);
  });
});
