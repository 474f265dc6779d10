import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { nearest, normalizedRows } from '../internal/nearest.js';
import { foldIn, type Seed } from '../random/index.js';
import { meanOf } from './averages.js';
import { accuracyInterval, bootstrapInterval } from './bootstrap.js';
import {
  type ProbeArguments,
  type ProbeData,
  type ProbeOptions,
  probeOptions,
  resolveProbe,
  splitArguments,
} from './probeData.js';

/** Options of {@link retrievalProbe}. */
export interface RetrievalProbeOptions extends ProbeOptions {
  /** Neighbours among which one of the class has to be, integers \>= 1. @defaultValue [1, 5, 10] */
  readonly k?: number | readonly number[];
  /** Test samples asked about at a time, an integer \>= 1. @defaultValue so many that 2 million similarities are held */
  readonly chunk?: number;
}

/** Recall at one k. */
export interface RecallResult {
  /** Neighbours looked at. */
  readonly k: number;
  /** Share of queries with one of their class among them. */
  readonly recall: number;
  /** Bootstrap interval, 95 %, over queries. */
  readonly interval: [number, number];
}

/** Result of {@link retrievalProbe}: plain JSON. */
export interface RetrievalProbeResult {
  /** Always `'retrieval'`. */
  readonly probe: 'retrieval';
  /** Recall at each k, in their order. */
  readonly recall: RecallResult[];
  /** Mean over queries of the average precision of the whole ranking. */
  readonly meanAveragePrecision: number;
  /** Bootstrap interval of it, 95 %, over queries. */
  readonly interval: [number, number];
  /** Mean average precision of a random ranking of the same bank, to first order: the share of the query's class in it. */
  readonly chance: number;
  /** Rank of the first of its class for each query, from 1; null where the bank has none. */
  readonly firstHit: (number | null)[];
  /** Queries whose class the bank does not have: misses for recall, left out of the precision. */
  readonly withoutRelevant: number;
  /** Numbers per sample. */
  readonly dim: number;
  /** Samples of the bank: the training part. */
  readonly trainSamples: number;
  /** Queries: the test part. */
  readonly testSamples: number;
}

/**
 * Retrieval: the training part is ranked by its cosine similarity to each test sample; samples of the same class count as
 * found. Nothing is learnt.
 *
 * @param data - Bank (training part) and queries (test part): features, or whatever should be judged as it is.
 * @param seed - Draws the bootstrap.
 * @param options - Neighbours, memory, and how an encoder is run.
 * @returns Recall at k and mean average precision. Equally similar samples keep the order of the bank. The whole bank is
 * sorted for every query: some 20 million comparisons for each thousand queries and thousand samples.
 * @throws ShapeError, RangeError on wrong shapes, labels or options, where a feature is not finite, and where no query has
 * a sample of its class in the bank.
 * @see Philbin et al., "Object retrieval with large vocabularies", CVPR 2007 (mean average precision); Jégou et al.,
 * "Product quantization", TPAMI 2011 (recall at k as the share of queries).
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { retrievalProbe } from 'selfsup/probes';
 *
 * const train = { x: tensor2d([[0, 1], [1, 3], [4, 0], [5, 1]]), labels: [0, 0, 1, 1] };
 * const test = { x: tensor2d([[0, 2], [4, 1]]), labels: [0, 1] };
 * const { recall, meanAveragePrecision } = await retrievalProbe({ train, test }, 1, { k: [1, 2] });
 * ```
 */
export async function retrievalProbe(
  data: ProbeData,
  seed: Seed,
  options?: RetrievalProbeOptions,
): Promise<RetrievalProbeResult>;
/**
 * The same of an encoder's features.
 *
 * @param encoder - Makes the features: `data` then holds its inputs, see `extractFeatures`.
 */
export async function retrievalProbe(
  encoder: LayersModel,
  data: ProbeData,
  seed: Seed,
  options?: RetrievalProbeOptions,
): Promise<RetrievalProbeResult>;
export async function retrievalProbe(...call: unknown[]): Promise<RetrievalProbeResult> {
  const args = call as unknown as ProbeArguments<RetrievalProbeOptions>;
  const given = splitArguments('retrievalProbe', args).options;
  const { k = [1, 5, 10], chunk } = checkOptions('retrievalProbe', given, [...probeOptions, 'k', 'chunk']);
  const ks = typeof k === 'number' ? [k] : [...k];
  for (const one of ks) checkIntegers('retrievalProbe', { k: [one, 1] });
  checkIntegers('retrievalProbe', { chunk: [chunk ?? 1, 1] });

  const { train, test, seed } = await resolveProbe('retrievalProbe', args);
  const [bank, queries] = [normalizedRows(train), normalizedRows(test)];
  const step = chunk ?? Math.max(1, Math.floor(2 ** 21 / bank.rows));
  const firstHit: (number | null)[] = [];
  const precisions: number[] = [];
  for (let start = 0; start < queries.rows; start += step) {
    const end = Math.min(queries.rows, start + step);
    const values = queries.values.subarray(start * queries.dim, end * queries.dim);
    const part = { values, rows: end - start, dim: queries.dim };
    const { indices } = await nearest(part, bank, { k: bank.rows, metric: 'dot' });
    for (let q = 0; q < part.rows; q++) {
      const label = test.labels[start + q] as number;
      let [found, sum, first] = [0, 0, 0];
      for (let rank = 0; rank < bank.rows; rank++) {
        if (train.labels[indices[q * bank.rows + rank] as number] !== label) continue;
        found += 1;
        sum += found / (rank + 1);
        if (first === 0) first = rank + 1;
      }
      firstHit.push(found > 0 ? first : null);
      if (found > 0) precisions.push(sum / found);
    }
  }
  const n = precisions.length;
  if (n === 0) throw new RangeError('retrievalProbe: data.train must have a class of data.test, got none.');
  const sizes = new Map<number, number>();
  for (const label of train.labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const shares = Array.from(test.labels, (label) => (sizes.get(label) ?? 0) / train.rows);
  return {
    probe: 'retrieval',
    recall: ks.map((one, i) => {
      const hits = firstHit.filter((rank) => rank !== null && rank <= one).length;
      const interval = accuracyInterval(hits, test.rows, foldIn(foldIn(seed, 0), i));
      return { k: one, recall: hits / test.rows, interval };
    }),
    meanAveragePrecision: meanOf(precisions),
    interval: bootstrapInterval(
      n,
      (places) => meanOf(Array.from(places, (p) => precisions[p] as number)),
      foldIn(seed, 1),
    ),
    chance: meanOf(shares.filter((share) => share > 0)),
    firstHit,
    withoutRelevant: test.rows - n,
    dim: train.dim,
    trainSamples: train.rows,
    testSamples: test.rows,
  };
}
