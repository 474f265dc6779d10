import { dispose } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  clusterProbe,
  collapseReport,
  costReport,
  embed2d,
  extractFeatures,
  fewLabelProbe,
  knnProbe,
  layerwiseProbe,
  linearProbe,
  nearestNeighbors,
  type ProbeData,
  retrievalProbe,
  robustnessProbe,
} from 'selfsup/probes';
import type { ProbeResult } from 'selfsup/report';

/** Every result that an encoder of images has. */
export async function probeAll(encoder: LayersModel, data: ProbeData, seed = 1): Promise<ProbeResult[]> {
  const train = { ...data.train, x: await extractFeatures(encoder, data.train.x) };
  const test = { ...data.test, x: await extractFeatures(encoder, data.test.x) };
  const features = { train, test };
  // A cut-off far below the sampling error keeps fits short.
  const fit = { C: [1e-2, 0.1, 1], tolerance: 1e-3, maxIterations: 200 };
  try {
    return [
      await linearProbe(features, seed, fit),
      await knnProbe(features, seed, { k: 20 }),
      await layerwiseProbe(encoder, data, seed, { probe: 'ridge', layers: blocks(encoder) }),
      await fewLabelProbe(features, seed, { fractions: [0.01, 0.1, 1], probe: 'ridge' }),
      await retrievalProbe(features, seed),
      await clusterProbe(features, seed),
      await robustnessProbe(encoder, data, seed, { severities: [1, 3, 5], C: 0.1, maxIterations: 200 }),
      await nearestNeighbors(test.x, train.x, { k: 8 }),
      await embed2d(test.x),
      await collapseReport(test.x),
      await costReport(encoder),
    ];
  } finally {
    dispose([train.x, test.x]);
  }
}

/** Layers whose output is worth a probe: those with a kernel. A normalisation after one says the same, being affine. */
function blocks(encoder: LayersModel): string[] {
  const learnt = encoder.layers.filter(({ weights }) => weights.some(({ shape }) => shape.length > 1));
  const names = learnt.map(({ name }) => name);
  const step = Math.ceil(names.length / 8);
  return names.filter((_, i) => (names.length - 1 - i) % step === 0);
}
