import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkData, type Data } from '../internal/arrayData.js';
import { show } from '../internal/checks.js';
import { nameClasses } from '../internal/classNames.js';
import { ShapeError } from '../internal/errors.js';
import { type HostRows, type Labels, readLabels, readRows } from '../internal/hostRows.js';
import { randomKey, type Seed } from '../random/index.js';
import { checkInputs, checkModel, checkWeights, isModel } from './encoderInputs.js';
import { checkExtraction, type ExtractFeaturesOptions, featureOptions, featuresOf } from './extractFeatures.js';

/** Samples and their classes. */
export interface ProbePart {
  /** Features `[n, dim]` or, with an encoder, its inputs; axes after the first are flattened, bytes read as [0, 1]. */
  readonly x: Data;
  /** Class of each sample, integers \>= 0, `[n]`. */
  readonly labels: Labels;
}

/** What a probe learns from and what it is judged on. */
export interface ProbeData {
  /** The part that the probe learns from. */
  readonly train: ProbePart;
  /** The part that accuracies are measured on. */
  readonly test: ProbePart;
}

/** Options of every probe. */
export interface ProbeOptions extends ExtractFeaturesOptions {
  /** Number of classes, more than the largest label. @defaultValue those that occur */
  readonly classes?: number;
}

/** How probes are called: with data and a seed, or with an encoder before them. */
export type ProbeArguments<O> =
  | readonly [data: ProbeData, seed: Seed, options?: O]
  | readonly [encoder: LayersModel, data: ProbeData, seed: Seed, options?: O];

/** A part on the host; classes are numbered in the order in which they first occur. */
export interface HostPart extends HostRows {
  readonly labels: Int32Array;
}

/** Everything that a probe works with. */
export interface ResolvedProbe<O> {
  readonly train: HostPart;
  readonly test: HostPart;
  /** Number of classes: those that occur, or the number asked for. */
  readonly classes: number;
  /** Label of each class that occurs; the parts hold positions in it, so that nothing depends on the labels themselves. */
  readonly names: readonly number[];
  readonly seed: Seed;
  readonly options: O;
}

/** Names of {@link ProbeOptions}. */
export const probeOptions = [...featureOptions, 'classes'] as const;

/** Data, seed and options of a call, without reading a tensor: for checks that come first. */
export function splitArguments<O extends ProbeOptions>(
  where: string,
  args: ProbeArguments<O>,
): { encoder: LayersModel | null; data: ProbeData; seed: Seed; options: O } {
  const given = args as readonly unknown[];
  const isData = (x: unknown): boolean => typeof x === 'object' && x !== null && 'train' in x;
  const withEncoder = isModel(given[0]) || (isData(given[1]) && !isData(given[0]));
  const encoder = withEncoder ? (given[0] as LayersModel) : null;
  const [data, seed, options = {}] = (withEncoder ? given.slice(1) : given) as [ProbeData, Seed, O?];
  for (const part of ['train', 'test'] as const) {
    const { x, labels } = data?.[part] ?? {};
    if (typeof x !== 'object' || x === null || typeof labels !== 'object' || labels === null) {
      throw new ShapeError(`${where}: data.${part} must be {x, labels}, got ${tellPart(data?.[part])}.`);
    }
    checkData(where, `data.${part}.x`, x);
  }
  if (withEncoder) checkModel(where, encoder as LayersModel);
  return { encoder, data, seed: randomKey(seed), options: options as O };
}

const tellPart = (part: unknown): string =>
  typeof part === 'object' && part !== null ? `an object of {${Object.keys(part).join(', ')}}` : show(part);

/** Reads both parts, through the encoder where there is one, and checks that they fit together. */
export async function resolveProbe<O extends ProbeOptions>(
  where: string,
  args: ProbeArguments<O>,
): Promise<ResolvedProbe<O>> {
  const { encoder, data, seed, options } = splitArguments(where, args);
  if (encoder !== null) {
    checkExtraction(where, encoder, options);
    await checkWeights(where, encoder);
    for (const part of ['train', 'test'] as const) {
      await checkInputs(where, `data.${part}.x`, data[part].x, options.range);
    }
  }
  const read = async (name: 'train' | 'test'): Promise<HostPart> => {
    const { x, labels } = data[name];
    const classes = await readLabels(where, `data.${name}.labels`, labels, x.shape?.[0]);
    if (encoder === null) return { ...(await readRows(where, `data.${name}.x`, x)), labels: classes };
    const features = await featuresOf(where, encoder, x, options);
    try {
      return { ...(await readRows(where, `features of data.${name}.x`, features)), labels: classes };
    } finally {
      features.dispose();
    }
  };
  const [train, test] = [await read('train'), await read('test')];
  if (train.dim !== test.dim) {
    throw new ShapeError(`${where}: data.test.x must have rows of ${train.dim} numbers, got ${test.dim}.`);
  }
  const { classes, names, indices } = nameClasses(where, options.classes, [train.labels, test.labels]);
  const [known, truth] = indices as [Int32Array, Int32Array];
  return {
    train: { ...train, labels: known },
    test: { ...test, labels: truth },
    classes,
    names,
    seed,
    options,
  };
}
