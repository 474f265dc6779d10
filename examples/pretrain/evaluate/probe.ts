import { type KnnProbeResult, knnProbe, type LinearProbeResult, linearProbe, type ProbeData } from 'selfsup/probes';
import { foldIn, type Seed } from 'selfsup/random';
import type { FeatureSet } from './features.js';

/** Share of test images told right, and its 95 % interval. */
export interface Accuracy {
  readonly accuracy: number;
  readonly interval: readonly [number, number];
}

/** The three kinds of features that are compared. */
export const featureKinds = ['pretrained', 'untrained', 'pixels'] as const;
export type FeatureKind = (typeof featureKinds)[number];

/** Accuracies by probe and kind of features, as result.json has them. */
export interface Probes {
  readonly linear: Readonly<Record<FeatureKind, Accuracy>>;
  readonly knn: Readonly<Record<FeatureKind, Accuracy>>;
}

/** What the two probes found in one kind of features. */
export interface Probed {
  readonly linear: LinearProbeResult;
  readonly knn: KnnProbeResult;
}

/** Labels of the two parts. */
export interface Labels {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** Judges all three kinds of features by the same two probes. */
export async function probeAll(
  sets: Readonly<Record<FeatureKind, FeatureSet>>,
  labels: Labels,
  seed: Seed,
): Promise<Record<FeatureKind, Probed>> {
  const found: Partial<Record<FeatureKind, Probed>> = {};
  for (const kind of featureKinds) {
    const { train, test } = sets[kind];
    const data: ProbeData = { train: { x: train, labels: labels.train }, test: { x: test, labels: labels.test } };
    // A cut-off far below the sampling error keeps the fit on 3072 pixels to seconds.
    const fit = { C: [1e-2, 0.1, 1], tolerance: 1e-3, maxIterations: 200 };
    found[kind] = {
      linear: await linearProbe(data, foldIn(seed, 0), fit),
      knn: await knnProbe(data, foldIn(seed, 1), { k: 20 }),
    };
  }
  return found as Record<FeatureKind, Probed>;
}

/** Accuracies alone. */
export function accuracies(found: Readonly<Record<FeatureKind, Probed>>): Probes {
  const of = (probe: keyof Probed): Record<FeatureKind, Accuracy> => {
    const one = (kind: FeatureKind): Accuracy => {
      const { accuracy, interval } = found[kind][probe];
      return { accuracy, interval };
    };
    return { pretrained: one('pretrained'), untrained: one('untrained'), pixels: one('pixels') };
  };
  return { linear: of('linear'), knn: of('knn') };
}
