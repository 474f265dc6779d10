import { cast, concat, dispose, mean, reshape, slice, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkData, type Data, sliceRows } from '../internal/arrayData.js';
import { checkChoice, checkIntegers, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';

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
}

/**
 * Runs an encoder over a data set in inference mode (batch norm with its running statistics, no dropout).
 *
 * @param encoder - A model with one output.
 * @param x - Its inputs, the first axis counting the samples; bytes on the host become numbers in [0, 1].
 * @param options - Batch size, layer, pooling.
 * @returns Features, float32 `[n, dim]`; the caller disposes them. Between batches the event loop gets its turn.
 * @throws ShapeError if `x` is empty or the model has several outputs; RangeError on a wrong option or layer name.
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
  const { batchSize = 256, layer, pool = 'average' } = options;
  checkIntegers('extractFeatures', { batchSize: [batchSize, 1] });
  checkChoice('extractFeatures', 'pool', pool, ['average', 'first', 'flatten']);
  checkData('extractFeatures', 'x', x);
  const run = forward('extractFeatures', encoder, layer);
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
  if (layer === undefined) {
    if (encoder.outputs.length !== 1) {
      throw new ShapeError(`${where}: encoder must have one output, got ${encoder.outputs.length}.`);
    }
    return (batch) => encoder.apply(batch, { training: false }) as Tensor;
  }
  const found = encoder.layers.find(({ name }) => name === layer);
  if (found === undefined) {
    const names = encoder.layers.map(({ name }) => name).join(', ');
    throw new RangeError(`${where}: layer must be one of ${names}, got ${show(layer)}.`);
  }
  const [output] = [found.output].flat();
  return (batch) => encoder.execute(batch, output?.name as string) as Tensor;
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
