import type { LayersModel } from '@tensorflow/tfjs-layers';
import { collapseReport, embed2d, type Neighbors, nearestNeighbors } from 'selfsup/probes';
import { foldIn, type Seed } from 'selfsup/random';
import type { ProbeResult } from 'selfsup/report';
import type { Dataset, LabelledImages } from '../data/dataset.js';
import { encode, type FeatureSet, pixels, unitRows } from './features.js';
import { accuracies, type FeatureKind, type Probes, probeAll } from './probe.js';
import { sample } from './sample.js';

/** Images that are judged with, at most: enough for intervals of a point or two, few enough for a small machine. */
const limits = { train: 10_000, test: 4000, map: 1000, neighbours: 6 } as const;

/** What the encoder that was trained can do, and the one that was not. */
export interface Evaluation {
  /** Null where the data has no labels to judge by. */
  readonly probes: Probes | null;
  /** The images that the probes learnt from, and where the neighbours come from. */
  readonly train: LabelledImages;
  /** The images that were judged; without labels, training images. */
  readonly test: LabelledImages;
  /** All that was found, by kind of features, for the report. */
  readonly results: Readonly<Record<string, readonly ProbeResult[]>>;
}

/** Probes both encoders, and the pixels. */
export async function evaluate(
  encoders: { readonly pretrained: LayersModel; readonly untrained: LayersModel },
  dataset: Dataset,
  seed: Seed,
): Promise<Evaluation> {
  const train = sample(dataset.train, limits.train, foldIn(seed, 0));
  const test = sample(dataset.test ?? dataset.train, dataset.test === null ? limits.map : limits.test, foldIn(seed, 1));
  const pretrained = await encode(encoders.pretrained, train, test);
  const untrained = await encode(encoders.untrained, train, test);
  const found =
    dataset.test === null || train.labels === null || test.labels === null
      ? null
      : await probeAll(
          { pretrained, untrained, pixels: pixels(train, test) },
          { train: train.labels, test: test.labels },
          foldIn(seed, 2),
        );
  const first = (rows: FeatureSet['test'], count: number): FeatureSet['test'] => {
    const n = Math.min(count, rows.shape[0]);
    return { data: rows.data.subarray(0, n * rows.shape[1]), shape: [n, rows.shape[1]] };
  };
  const near = async (set: FeatureSet): Promise<Neighbors> => {
    // Without a test part the queries are training images: the image itself comes first, and is left out.
    const own = dataset.test === null ? 1 : 0;
    const { indices, distances } = await nearestNeighbors(first(set.test, 64), set.train, {
      k: limits.neighbours + own,
    });
    return { indices: indices.map((row) => row.slice(own)), distances: distances.map((row) => row.slice(own)) };
  };
  const judged = (kind: FeatureKind): ProbeResult[] => (found === null ? [] : [found[kind].linear, found[kind].knn]);
  const before = await collapseReport(untrained.test);
  const all = async (kind: FeatureKind, set: FeatureSet): Promise<ProbeResult[]> => [
    ...judged(kind),
    await near(set),
    await embed2d(unitRows(first(set.test, limits.map))),
    kind === 'untrained' ? before : await collapseReport(set.test, { baseline: before }),
  ];
  return {
    probes: found && accuracies(found),
    train,
    test,
    results: {
      pretrained: await all('pretrained', pretrained),
      untrained: await all('untrained', untrained),
      ...(found && { pixels: judged('pixels') }),
    },
  };
}
