import { type HostRows, pickRows } from '../internal/hostRows.js';
import type { Seed } from '../random/index.js';
import { type KnnProbeResult, knnProbe } from './knnProbe.js';
import { type LinearProbeResult, linearProbe } from './linearProbe.js';
import type { HostPart, ProbePart } from './probeData.js';
import { type RidgeProbeResult, ridgeProbe } from './ridgeProbe.js';

/** Probes of frozen features that other probes can be made of. */
export type FeatureProbe = 'linear' | 'ridge' | 'knn';

/** What such a probe gives. */
export type FeatureProbeResult = LinearProbeResult | RidgeProbeResult | KnnProbeResult;

/** The names of {@link FeatureProbe}. */
export const featureProbes: readonly FeatureProbe[] = ['linear', 'ridge', 'knn'];

/** Runs a probe by its name, on classes that are numbered from 0; so are its predictions. */
export function featureProbe(
  name: FeatureProbe,
  train: HostPart,
  test: HostPart,
  classes: number,
  seed: Seed,
): Promise<FeatureProbeResult> {
  const data = { train: asPart(train), test: asPart(test) };
  if (name === 'linear') return linearProbe(data, seed, { classes });
  return name === 'ridge' ? ridgeProbe(data, seed, { classes }) : knnProbe(data, seed, { classes });
}

/** Some rows of a part. */
export function pickPart(part: HostPart, rows: Int32Array): HostPart {
  return { ...pickRows(part, rows), labels: rows.map((row) => part.labels[row] as number) };
}

const asPart = ({ values, rows, dim, labels }: HostRows & { labels: Int32Array }): ProbePart => ({
  x: { data: values instanceof Float32Array ? values : Float32Array.from(values), shape: [rows, dim] },
  labels,
});
