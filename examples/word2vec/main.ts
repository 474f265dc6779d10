import { nearestNeighbors } from 'selfsup/probes';
import { startBackend } from '../pretrain/backend.js';
import { readTexts, runCommand } from '../pretrain/command.js';
import { Failure } from '../pretrain/failure.js';
import { loadText } from './text.js';
import { trainVectors } from './train.js';
import { vocabularyOf, wordsOf } from './vocabulary.js';

const help = `Trains word vectors by skip-gram with negative sampling, and prints the nearest neighbours of some words.

Usage: npm run word2vec -- [options]

  --text FILE     a text, UTF-8       (SELFSUP_DATA/text where that is set, else this project's documentation)
  --words A,B     whose neighbours    (twelve frequent words of four letters or more)
  --epochs N      passes over it      (3)
  --dim N         length of a vector  (64)
  --window N      words to each side  (5)
  --min-count N   rarer words go      (5)
  --seed N        random seed         (1)
  --help          this text
`;

async function main(args: string[]): Promise<void> {
  const values = readTexts(args, ['text', 'words', 'epochs', 'dim', 'window', 'min-count', 'seed']);
  if (values === null) return void process.stdout.write(help);
  const number = (name: 'epochs' | 'dim' | 'window' | 'min-count' | 'seed', usual: number): number => {
    const value = Number(values[name] ?? usual);
    if (!Number.isInteger(value) || value < 1)
      throw new Failure(`--${name}: expected an integer >= 1, got ${values[name]}`, 2);
    return value;
  };
  const [epochs, dim, window] = [number('epochs', 3), number('dim', 64), number('window', 5)];
  const [minCount, seed] = [number('min-count', 5), number('seed', 1)];
  const { name, text } = await loadText(values.text);
  const vocabulary = vocabularyOf(wordsOf(text), minCount);
  const { words, counts, ids } = vocabulary;
  if (words.length < 20)
    throw new Failure(`${name}: expected at least 20 words that occur ${minCount} times, got ${words.length}`);
  const asked = values.words?.split(',') ?? words.filter((word) => word.length >= 4).slice(0, 12);
  const strange = asked.find((word) => !words.includes(word));
  if (strange !== undefined) throw new Failure(`--words: '${strange}' does not occur ${minCount} times in ${name}`, 2);

  const backend = await startBackend('wasm');
  console.log(`${name}: ${ids.length} words, ${words.length} different ones; ${backend.name}`);
  const start = performance.now();
  const vectors = await trainVectors(vocabulary, seed, {
    dim,
    window,
    negatives: 5,
    epochs,
    subsample: 1e-3,
    learningRate: 0.02,
    block: 500,
    report: (epoch, loss) => {
      const seconds = (performance.now() - start) / 1000;
      console.log(
        `epoch ${epoch + 1}: loss ${loss.toFixed(3)} after ${seconds.toFixed(0)} s (6 ln 2 = ${(6 * Math.LN2).toFixed(3)} at the start)`,
      );
    },
  });
  const { indices, distances } = await nearestNeighbors(vectors, vectors, { k: 6, excludeSelf: true });
  vectors.dispose();
  for (const word of asked) {
    const id = words.indexOf(word);
    const near = indices[id]?.map((other, j) => `${words[other]} ${(1 - (distances[id]?.[j] ?? 0)).toFixed(2)}`);
    console.log(`${word} (${counts[id]}): ${near?.join(', ')}`);
  }
}

await runCommand('word2vec', main);
