import { cast, concat, dispose, mean, reshape, slice, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkData, type Data, sliceRows } from '../internal/arrayData.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkIntegers, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { checkInputs, checkModel, checkWeights, toInputs } from './encoderInputs.js';

/** Options of {@link extractFeatures}. */
export interface ExtractFeaturesOptions {
  /** Samples per forward pass, an integer \>= 1. @defaultValue 256 */
  readonly batchSize?: number;
  /** Name of the layer whose output is taken. @defaultValue the model's output */
  readonly layer?: string;
  /**
   * How an output of more than two axes becomes a vector: `'average'` over the axes between the first and the last
   * (global average pooling of maps, mean of tokens), `'first'` entry of these axes (a class token), or all `'flatten'`.
   * @defaultValue 'average'
   */
  readonly pool?: 'average' | 'first' | 'flatten';
  /**
   * What float images and clips (rank 4 or 5, at most 4 channels) may hold: `'unit'`, numbers in [0, 1], or `'any'`, such as
   * pixels that were standardized, spectrograms, flow. With `'unit'` arrays on the host are refused where a number is out of
   * [0, 1] by more than 0.001, tensors where they look like bytes: none is negative, and some are larger than 2.
   * @defaultValue 'unit'
   */
  readonly range?: 'unit' | 'any';
}

/** Names of {@link ExtractFeaturesOptions}. */
export const featureOptions = ['batchSize', 'layer', 'pool', 'range'] as const;

/**
 * Runs an encoder over a data set in inference mode (batch norm with its running statistics, no dropout).
 *
 * @param encoder - A model with one output.
 * @param x - Its inputs, the first axis counting the samples. Bytes become numbers in [0, 1], and so do images and clips of int32
 * (rank 4 or 5), which `tf.browser.fromPixels` gives, unless the model's input is int32.
 * @param options - Batch size, layer, pooling.
 * @returns Features, float32 `[n, dim]`; the caller disposes them. Between batches the event loop gets its turn.
 * @throws ShapeError if `x` is empty or the model has several outputs; RangeError on a wrong option or layer
 * name, where an input or a weight of the encoder is not finite, and where images are not in the range.
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { extractFeatures } from 'selfsup/probes';
 *
 * const encoder = sequential({ layers: [layers.conv2d({ filters: 5, kernelSize: 3, inputShape: [8, 8, 3] })] });
 * const features = await extractFeatures(encoder, ones([4, 8, 8, 3]));
 * console.log(features.shape); // [4, 5]: the maps are averaged
 * ```
 */
export async function extractFeatures(
  encoder: LayersModel,
  x: Data,
  options: ExtractFeaturesOptions = {},
): Promise<Tensor2D> {
  const where = 'extractFeatures';
  checkOptions(where, options, featureOptions);
  checkExtraction(where, encoder, options);
  checkData(where, 'x', x);
  forward(where, encoder, options.layer);
  await checkWeights(where, encoder);
  await checkInputs(where, 'x', x, options.range);
  return featuresOf(where, encoder, x, options);
}

/** Checks encoder and options of an extraction, but for unknown names and what tensors hold. */
export function checkExtraction(where: string, encoder: LayersModel, options: ExtractFeaturesOptions): void {
  const { batchSize = 256, pool = 'average', range = 'unit' } = options;
  checkIntegers(where, { batchSize: [batchSize, 1] });
  checkChoice(where, 'pool', pool, ['average', 'first', 'flatten']);
  checkChoice(where, 'range', range, ['unit', 'any']);
  checkModel(where, encoder);
}

/** The features, of inputs and an encoder that were checked. */
export async function featuresOf(
  where: string,
  encoder: LayersModel,
  x: Data,
  options: ExtractFeaturesOptions,
): Promise<Tensor2D> {
  const { batchSize = 256, layer, pool = 'average' } = options;
  const run = forward(where, encoder, layer);
  const n = x.shape[0] as number;
  const parts: Tensor2D[] = [];
  try {
    for (let start = 0; start < n; start += batchSize) {
      const end = Math.min(n, start + batchSize);
      parts.push(tidy(() => toVectors(run(sliceRows(x, start, end)), pool)));
      if (end < n) await new Promise((resolve) => setTimeout(resolve));
    }
    return parts.length === 1 ? (parts.pop() as Tensor2D) : tidy(() => concat(parts));
  } finally {
    dispose(parts);
  }
}

/** The encoder, or the part of it that ends at a layer, as a function. */
export function forward(where: string, encoder: LayersModel, layer: string | undefined): (batch: Tensor) => Tensor {
  const inputs = (batch: Tensor): Tensor => toInputs(where, 'x', encoder, batch);
  if (layer === undefined) {
    if (encoder.outputs.length !== 1) {
      throw new ShapeError(`${where}: encoder must have one output, got ${encoder.outputs.length}.`);
    }
    return (batch) => encoder.apply(inputs(batch), { training: false }) as Tensor;
  }
  const found = encoder.layers.find(({ name }) => name === layer);
  if (found === undefined) {
    const names = encoder.layers.map(({ name }) => name).join(', ');
    throw new RangeError(`${where}: layer must be one of ${names}, got ${show(layer)}.`);
  }
  const [output] = [found.output].flat();
  return (batch) => encoder.execute(inputs(batch), output?.name as string) as Tensor;
}

/** One row per sample from an output of any rank; float32. */
export function toVectors(y: Tensor, pool: 'average' | 'first' | 'flatten'): Tensor2D {
  const n = y.shape[0] as number;
  const last = y.shape.at(-1) as number;
  if (y.rank <= 2 || pool === 'flatten') return cast(reshape(y, [n, y.size / n]), 'float32');
  const tokens = reshape(y, [n, y.size / (n * last), last]);
  if (pool === 'first') return cast(reshape(slice(tokens, [0, 0, 0], [n, 1, last]), [n, last]), 'float32');
  return mean<Tensor2D>(tokens, 1);
}
