import * as pretext from 'selfsup/pretext';
import { free, numbers, type Row, type Shown } from '../show.js';

/** The first words of a text, as numbers and back. */
function wordsOf(text: string, count: number) {
  const words = (text.toLowerCase().match(/[a-z']+/g) ?? []).slice(0, count);
  const vocabulary = [...new Set(words), '[mask]'];
  const ids = words.map((word) => vocabulary.indexOf(word));
  const spoken = (numbers: readonly number[]): string => numbers.map((id) => vocabulary[id]).join(' ');
  return { ids, spoken, size: vocabulary.length };
}

const lines = (list: readonly string[]): Shown[] => list.map((note) => ({ note }));

/** Tasks of words. */
export const textRows: readonly Row[] = [
  {
    name: 'skipGramTask',
    caption: 'a word, one near it, and three words of noise',
    draw: async ({ text }) => {
      const { ids, spoken } = wordsOf(text, 60);
      const batch = pretext.skipGramTask(ids, 1, { window: 2, negatives: 3 });
      const [centres, near, noise] = [
        await numbers(batch.inputs),
        await numbers(batch.targets),
        await numbers(batch.negatives),
      ];
      free(batch);
      const told = (k: number): string =>
        `${spoken([centres[k] as number, near[k] as number])} | ${spoken(noise.slice(3 * k, 3 * k + 3))}`;
      return lines([spoken(ids.slice(0, 16)), ...Array.from({ length: 12 }, (_, k) => told(k))]);
    },
  },
  {
    name: 'cbowTask',
    caption: 'the words around, and the one in the middle',
    draw: async ({ text }) => {
      const { ids, spoken } = wordsOf(text, 12);
      const batch = pretext.cbowTask(ids, { window: 2 });
      const width = batch.inputs.shape[1];
      const [around, weights, middle] = [
        await numbers(batch.inputs),
        await numbers(batch.weights),
        await numbers(batch.targets),
      ];
      free(batch);
      return lines(
        middle.map((id, k) => {
          const own = around.slice(k * width, (k + 1) * width).filter((_, j) => (weights[k * width + j] as number) > 0);
          return `${spoken(own)} | ${spoken([id])}`;
        }),
      );
    },
  },
  {
    name: 'maskedTokensTask',
    caption: 'what the network sees, what it has to say, and where it is asked',
    draw: async ({ text }) => {
      const { ids, spoken, size } = wordsOf(text, 48);
      const row = ids.slice(0, 16);
      const rows = [row, ids.slice(16, 32), ids.slice(32, 48)].filter(({ length }) => length === row.length);
      const batch = pretext.maskedTokensTask(rows, 1, { maskToken: size - 1, vocabularySize: size, ratio: 0.3 });
      const [seen, wanted, mask] = [
        await numbers(batch.inputs),
        await numbers(batch.targets),
        await numbers(batch.mask),
      ];
      free(batch);
      return lines(
        rows.flatMap((_, r) => {
          const own = (list: readonly number[]): number[] => list.slice(r * row.length, (r + 1) * row.length);
          return [spoken(own(seen)), spoken(own(wanted)), spoken(own(wanted).filter((__, k) => own(mask)[k] === 1))];
        }),
      );
    },
  },
];
