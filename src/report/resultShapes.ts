import type { ResultKind } from './probeResult.js';

type Fields = { readonly [name: string]: unknown };

/** Says what a value should have been, or nothing where it is. */
type Check = (value: unknown) => string | undefined;

const number: Check = (v) => (Number.isFinite(v) ? undefined : 'a number');
const share: Check = (v) => (Number.isFinite(v) && (v as number) >= 0 && (v as number) <= 1 ? undefined : 'in [0, 1]');
const count: Check = (v) => (Number.isSafeInteger(v) && (v as number) >= 0 ? undefined : 'an integer >= 0');
const text: Check = (v) => (typeof v === 'string' ? undefined : 'a string');
const flag: Check = (v) => (typeof v === 'boolean' ? undefined : 'true or false');
const pair: Check = (v) =>
  Array.isArray(v) && v.length === 2 && v.every(Number.isFinite) ? undefined : 'a pair of numbers';
const orNull =
  (check: Check): Check =>
  (v) => {
    const wanted = v === null ? undefined : check(v);
    return wanted && `${wanted}, or null`;
  };
const list =
  (check: Check): Check =>
  (v) => {
    if (!Array.isArray(v)) return 'a list';
    const wrong = v.map(check).find((wanted) => wanted !== undefined);
    return wrong && `a list, each entry ${wrong}`;
  };
const object =
  (checks: Readonly<Record<string, Check>>): Check =>
  (v) => {
    if (typeof v !== 'object' || v === null) return 'an object';
    for (const [name, check] of Object.entries(checks)) {
      const wanted = check((v as Fields)[name]);
      if (wanted) return `with ${name} ${wanted}`;
    }
    return undefined;
  };

const judged = { accuracy: share, interval: pair, classes: count, testSamples: count };
const classified = { ...judged, trainSamples: count, predictions: list(count) };
const leak = object({ accuracy: share, interval: pair, leaks: flag });

/** What the report reads of each kind. */
export const shapes: Readonly<Record<ResultKind, Readonly<Record<string, Check>>>> = {
  linear: { ...classified, trainAccuracy: share, C: number, converged: flag },
  ridge: { ...classified, trainAccuracy: share, alpha: number },
  knn: { ...classified, k: count, temperature: number },
  mlp: { ...classified, trainAccuracy: share, hidden: count },
  fineTune: { ...classified, steps: count },
  layerwise: { layers: list(object({ ...judged, layer: text, probe: text })) },
  fewLabel: {
    fitted: text,
    classes: count,
    testSamples: count,
    results: list(
      object({ fraction: share, trainSamples: count, mean: share, interval: pair, accuracies: list(share) }),
    ),
  },
  robustness: {
    clean: share,
    cleanInterval: pair,
    accuracy: share,
    relativeAccuracy: number,
    meanCorruptionError: orNull(number),
    classes: count,
    corrupted: list(object({ kind: text, severity: number, accuracy: share, interval: pair })),
    byKind: list(object({ kind: text, accuracy: share, relativeError: orNull(number) })),
  },
  retrieval: {
    recall: list(object({ k: count, recall: share, interval: pair })),
    meanAveragePrecision: share,
    interval: pair,
    chance: share,
    withoutRelevant: count,
    trainSamples: count,
    testSamples: count,
  },
  cluster: {
    accuracy: share,
    normalizedMutualInfo: number,
    adjustedMutualInfo: number,
    adjustedRandIndex: number,
    purity: share,
    clusters: count,
    classes: count,
    testSamples: count,
  },
  dense: {
    meanIoU: share,
    interval: pair,
    pixelAccuracy: share,
    perClass: list(orNull(share)),
    grid: pair,
    testSamples: count,
  },
  neighbors: { indices: list(list(count)), distances: list(list(number)) },
  map: { points: list(pair), explained: orNull(pair), trustworthiness: orNull(number) },
  collapse: {
    sentence: text,
    samples: count,
    dim: count,
    featureStd: number,
    expectedStd: number,
    rankMe: number,
    effectiveRank: number,
    fullRank: count,
    spectrum: list(number),
    uniformity: number,
    alignment: orNull(number),
  },
  cost: {
    parameters: count,
    trainable: count,
    multiplyAdds: number,
    uncounted: list(text),
    layers: list(object({ name: text, kind: text, parameters: count, multiplyAdds: orNull(number) })),
    measured: orNull(
      object({ secondsPerStep: number, imagesPerSecond: number, peakBytes: number, trainingSeconds: orNull(number) }),
    ),
  },
  shortcut: {
    sentence: text,
    chance: share,
    patches: leak,
    borders: leak,
    continuity: orNull(leak),
    channels: leak,
    offsets: orNull(leak),
    together: leak,
    testSamples: count,
  },
};

/** The first field of a result that is not what its kind has there: its name, and what it should be. */
export function wrongField(kind: ResultKind, value: object): readonly [name: string, wanted: string] | null {
  for (const [name, check] of Object.entries(shapes[kind])) {
    const wanted = check((value as Fields)[name]);
    if (wanted) return [name, wanted];
  }
  return null;
}
