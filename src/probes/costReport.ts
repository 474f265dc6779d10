import { profile } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { flatLayers, layerMultiplyAdds } from './layerCost.js';

/** Options of {@link costReport}. */
export interface CostReportOptions {
  /** A training step that disposes what it makes; it is run `repeats` + 2 times. @defaultValue none: nothing is measured */
  readonly step?: () => unknown;
  /** Samples of a step, \> 0. @defaultValue 1 */
  readonly images?: number;
  /** Steps that are timed, after one that is not, an integer \>= 1. @defaultValue 5 */
  readonly repeats?: number;
  /** Steps of the whole training, an integer \>= 1, for its time. @defaultValue none */
  readonly steps?: number;
}

/** Cost of one layer. */
export interface LayerCost {
  /** Its name; in models inside the model, theirs before it. */
  readonly name: string;
  /** Its class. */
  readonly kind: string;
  /** Numbers that it holds. */
  readonly parameters: number;
  /** Multiplications with an addition, for one sample; null where they can't be told. */
  readonly multiplyAdds: number | null;
}

/** What {@link costReport} measured. */
export interface MeasuredCost {
  /** Median seconds of a step. */
  readonly secondsPerStep: number;
  /** Samples per second. */
  readonly imagesPerSecond: number;
  /** Most tensors alive during a step, those that were there before included. */
  readonly peakTensors: number;
  /** Most bytes alive during a step, likewise. */
  readonly peakBytes: number;
  /** Seconds of the whole training; null without `steps`. */
  readonly trainingSeconds: number | null;
}

/** Result of {@link costReport}: plain JSON. */
export interface CostReport {
  /** Numbers that the model holds. */
  readonly parameters: number;
  /** Those of them that are trainable. */
  readonly trainable: number;
  /** Multiplications with an addition, for one sample, of all layers that could be counted. */
  readonly multiplyAdds: number;
  /** Layers with weights that could not be counted. */
  readonly uncounted: string[];
  /** Layers with weights or multiplications, in the order of the model. */
  readonly layers: LayerCost[];
  /** Times and memory; null without `step`. */
  readonly measured: MeasuredCost | null;
}

/**
 * What a model costs: parameters and multiply-adds by layer and, of a training step that is given, time and memory.
 * Counted are dense layers, convolutions (transposed, depthwise and separable ones too) and layers that say their own
 * number by a method `multiplyAdds(inputShape)`, for a batch of 1; normalisation, activations and pooling count as 0, as
 * is usual. A training step is about three times the multiply-adds of a forward pass.
 *
 * @param model - A built model with fixed input sizes.
 * @param options - A step to be measured.
 * @returns The report. What is measured belongs to this machine and backend.
 * @throws ShapeError if the model is not built or a size of its inputs is open; RangeError on bad options.
 * @example
 * ```ts
 * import { smallConvNet } from 'selfsup/models';
 * import { costReport } from 'selfsup/probes';
 *
 * const { parameters, multiplyAdds, layers } = await costReport(smallConvNet({ channels: [16, 32] }));
 * console.log(parameters, multiplyAdds, layers[0]); // the first layer: 32 * 32 * 16 * 27 = 442,368 multiply-adds
 * ```
 */
export async function costReport(model: LayersModel, options: CostReportOptions = {}): Promise<CostReport> {
  const where = 'costReport';
  checkOptions(where, options, ['step', 'images', 'repeats', 'steps']);
  const { step, images = 1, repeats = 5, steps } = options;
  checkNumbers(where, { images: [images, Number.MIN_VALUE] });
  checkIntegers(where, { repeats: [repeats, 1], steps: [steps ?? 1, 1] });
  if (steps !== undefined && step === undefined) {
    throw new RangeError(`${where}: steps needs a step that is measured, got none.`);
  }
  const inputs = (model?.inputs ?? []).map(({ shape }) => shape);
  if (inputs.length === 0 || inputs.some((shape) => shape.slice(1).some((n) => n === null))) {
    throw new ShapeError(`${where}: model must be built, all sizes but the batch fixed, got inputs ${show(inputs)}.`);
  }
  const layers: LayerCost[] = [];
  const seen = new Set<unknown>();
  for (const placed of flatLayers(model)) {
    const { name, layer } = placed;
    const parameters = seen.has(layer) ? 0 : layer.countParams(); // shared ones are held once, and run each time
    seen.add(layer);
    const multiplyAdds = layerMultiplyAdds(placed);
    if (parameters > 0 || multiplyAdds !== 0) {
      layers.push({ name, kind: layer.getClassName(), parameters, multiplyAdds });
    }
  }
  const size = (shape: readonly (number | null)[]): number =>
    shape.reduce<number>((product, n) => product * (n ?? 1), 1);
  return {
    parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0),
    trainable: model.trainableWeights.reduce((sum, { shape }) => sum + size(shape), 0),
    multiplyAdds: layers.reduce((sum, layer) => sum + (layer.multiplyAdds ?? 0), 0),
    uncounted: layers.filter(({ multiplyAdds }) => multiplyAdds === null).map(({ name }) => name),
    layers,
    measured: step === undefined ? null : await measure(step, images, repeats, steps),
  };
}

async function measure(
  step: () => unknown,
  images: number,
  repeats: number,
  steps: number | undefined,
): Promise<MeasuredCost> {
  await step(); // compiles shaders
  const seconds: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const begun = performance.now();
    await step();
    seconds.push((performance.now() - begun) / 1000);
  }
  const { kernels, peakBytes } = await profile(async () => {
    await step();
    return [];
  });
  const secondsPerStep = seconds.sort((a, b) => a - b)[repeats >> 1] as number;
  return {
    secondsPerStep,
    imagesPerSecond: secondsPerStep > 0 ? images / secondsPerStep : 0,
    peakTensors: kernels.reduce((most, { totalTensorsSnapshot }) => Math.max(most, totalTensorsSnapshot), 0),
    peakBytes,
    trainingSeconds: steps === undefined ? null : steps * secondsPerStep,
  };
}
