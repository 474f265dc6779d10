import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkIntegers } from '../internal/checks.js';
import type { Seed } from '../random/index.js';
import type { FeatureProbe } from './featureProbe.js';
import { featureProbes } from './featureProbe.js';
import { checkKnn } from './knnPredict.js';
import { knnProbe } from './knnProbe.js';
import { linearProbe } from './linearProbe.js';
import { type ProbeData, type ProbeOptions, probeOptions, splitArguments } from './probeData.js';
import { ridgeProbe } from './ridgeProbe.js';

/** Options of {@link probeCallback}. */
export interface ProbeCallbackOptions extends ProbeOptions {
  /** Steps between two probes, an integer \>= 1. @defaultValue 100 */
  readonly every?: number;
  /** What is run. @defaultValue 'knn', the cheapest */
  readonly probe?: FeatureProbe;
  /** Neighbours of the kNN probe, an integer \>= 1. @defaultValue 200 */
  readonly k?: number;
  /** Whether the encoder is also probed before the first step. @defaultValue true */
  readonly start?: boolean;
  /** Called with each entry as it comes. @defaultValue none: `history` has them */
  readonly log?: (entry: ProbeEntry) => void;
}

/** One probe of a run: plain JSON. */
export interface ProbeEntry {
  /** Steps done when it was taken. */
  readonly step: number;
  /** Share of test samples that are classified right; null where the probe failed. */
  readonly accuracy: number | null;
  /** Bootstrap interval of it, 95 %; null where the probe failed. */
  readonly interval: [number, number] | null;
  /** Loss of the step before; null at the start. */
  readonly loss: number | null;
  /** Seconds that the probe took, during which no step was made. */
  readonly seconds: number;
  /** Why the probe failed, such as features that are not finite; null where it did not. */
  readonly error: string | null;
}

/** Callbacks for `pretrain` or `model.fit`, with what they have seen so far. */
export interface ProbeCallback {
  /** The probes so far. */
  readonly history: readonly ProbeEntry[];
  /** Probes before the first step. */
  readonly onBatchBegin: (batch: number, logs?: ProbeLogs) => Promise<void>;
  /** Probes after every n-th step. */
  readonly onBatchEnd: (batch: number, logs?: ProbeLogs) => Promise<void>;
  /** Probes at the end, unless the last step was. */
  readonly onTrainEnd: () => Promise<void>;
}

/** What a training loop says about a step. */
export type ProbeLogs = { readonly [name: string]: number };

/**
 * Probes an encoder while it is trained: every n steps a cheap probe of its frozen features, in inference mode. Nothing of
 * the training changes, and a probe that fails does not end it but says so in `history`. Loss tells little about
 * features, so this is the curve to watch; to report, run a full probe at the end.
 *
 * @param encoder - The model that is being trained, `method.encoder`.
 * @param data - Inputs of the encoder as they are, without augmentation, and their classes: a few thousand will do.
 * @param seed - The same for each probe: what changes between entries is the encoder.
 * @param options - How often, which probe, and how the encoder is run.
 * @returns Callbacks and their history. They hold no tensor.
 * @throws ShapeError, RangeError on wrong data or options, at once.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { SimCLR } from 'selfsup/methods';
 * import { smallConvNet } from 'selfsup/models';
 * import { probeCallback } from 'selfsup/probes';
 * import { batches, pretrain } from 'selfsup/training';
 *
 * const images = { data: new Uint8Array(16 * 192).map((_, i) => (i * 37) % 256), shape: [16, 8, 8, 3] };
 * const part = { x: images, labels: Array.from({ length: 16 }, (_, i) => i % 2) };
 * const method = new SimCLR({ encoder: smallConvNet({ inputShape: [8, 8, 3], channels: [4] }) });
 * const watch = probeCallback(method.encoder, { train: part, test: part }, 1, { every: 2, k: 5 });
 * const optimizer = train.adam(1e-3, 0.9, 0.999, 1e-8);
 * await pretrain(method, batches(images, { size: 8 }, 1), { steps: 4, optimizer, seed: 1, callbacks: [watch] });
 * console.log(watch.history.map(({ step, accuracy }) => [step, accuracy])); // steps 0, 2, 4
 * ```
 */
export function probeCallback(
  encoder: LayersModel,
  data: ProbeData,
  seed: Seed,
  options: ProbeCallbackOptions = {},
): ProbeCallback {
  const where = 'probeCallback';
  checkOptions(where, options, [...probeOptions, 'every', 'probe', 'k', 'start', 'log']);
  const { every = 100, probe = 'knn', start = true, log, k, ...rest } = options;
  checkIntegers(where, { every: [every, 1] });
  checkChoice(where, 'probe', probe, featureProbes);
  checkKnn(where, k === undefined ? {} : { k });
  const { seed: key } = splitArguments(where, [encoder, data, seed]);
  const probes = {
    knn: () => knnProbe(encoder, data, key, { ...rest, ...(k === undefined ? {} : { k }) }),
    linear: () => linearProbe(encoder, data, key, rest),
    ridge: () => ridgeProbe(encoder, data, key, rest),
  };

  const history: ProbeEntry[] = [];
  let done: number | null = null;
  let loss: number | null = null;
  const run = async (step: number): Promise<void> => {
    const begun = performance.now();
    let found: Pick<ProbeEntry, 'accuracy' | 'interval' | 'error'>;
    try {
      const { accuracy, interval } = await probes[probe]();
      found = { accuracy, interval, error: null };
    } catch (error) {
      found = { accuracy: null, interval: null, error: error instanceof Error ? error.message : String(error) };
    }
    const entry = { step, ...found, loss, seconds: (performance.now() - begun) / 1000 };
    history.push(entry);
    log?.(entry);
  };
  return {
    history,
    onBatchBegin: async (_, logs) => {
      if (done !== null) return;
      done = logs?.step ?? 0; // a resumed run starts later
      if (start) await run(done);
    },
    onBatchEnd: async (_, logs) => {
      done = (logs?.step ?? done ?? 0) + 1;
      loss = logs?.loss ?? null;
      if (done % every === 0) await run(done);
    },
    onTrainEnd: async () => {
      if (done !== null && history.at(-1)?.step !== done) await run(done);
    },
  };
}
