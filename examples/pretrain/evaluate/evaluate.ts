import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type CollapseReport, collapseReport, embed2d, nearestNeighbors, type PrincipalMap } from 'selfsup/probes';
import { foldIn, type Seed } from 'selfsup/random';
import type { Dataset, LabelledImages } from '../data/dataset.js';
import { encode, type FeatureSet, pixels, unitRows } from './features.js';
import { type Probes, probeAll } from './probe.js';
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
  /** Rows of `train` nearest to the first rows of `test`. */
  readonly neighbours: { readonly pretrained: number[][]; readonly untrained: number[][] };
  /** Places of the first rows of `test` in the plane. */
  readonly maps: { readonly pretrained: PrincipalMap; readonly untrained: PrincipalMap };
  readonly collapse: { readonly pretrained: CollapseReport; readonly untrained: CollapseReport };
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
  const probes =
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
  const near = async (set: FeatureSet): Promise<number[][]> => {
    // Without a test part the queries are training images: the image itself comes first, and is left out.
    const own = dataset.test === null ? 1 : 0;
    const { indices } = await nearestNeighbors(first(set.test, 64), set.train, { k: limits.neighbours + own });
    return indices.map((rows) => rows.slice(own));
  };
  return {
    probes,
    train,
    test,
    neighbours: { pretrained: await near(pretrained), untrained: await near(untrained) },
    maps: {
      pretrained: await embed2d(unitRows(first(pretrained.test, limits.map))),
      untrained: await embed2d(unitRows(first(untrained.test, limits.map))),
    },
    collapse: { pretrained: await collapseReport(pretrained.test), untrained: await collapseReport(untrained.test) },
  };
}
