import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { randomKey, type Seed } from '../random/index.js';
import { convBlock } from './convBlock.js';
import { initialize } from './initialize.js';
import { checkInputShape } from './inputShape.js';

/** Options of {@link smallConvNet}. */
export interface SmallConvNetOptions {
  /** Height, width and channels of an image, each >= 1. @defaultValue [32, 32, 3] */
  readonly inputShape?: readonly [number, number, number];
  /** Channels of each block; the last one is the size of the embedding. @defaultValue [32, 64, 128] */
  readonly channels?: readonly number[];
  /** Stride of each block. @defaultValue 1 for the first block, 2 for the others */
  readonly strides?: readonly number[];
  /** Seed of the initial weights. @defaultValue 0 */
  readonly seed?: Seed;
}

/**
 * A small encoder for small images and slow machines: blocks of 3x3 convolution, batch normalisation and ReLU, then the
 * mean over space.
 *
 * @param options - Sizes and seed.
 * @returns A model from float32 `[batch, height, width, channels]` in [0, 1] to float32 `[batch, dim]`; dim is the last
 * entry of `channels`. The caller disposes it.
 * @throws RangeError if a size is not a positive integer or the lists differ in length.
 * @example
 * ```ts
 * import { smallConvNet } from 'selfsup/models';
 * const encoder = smallConvNet({ inputShape: [32, 32, 3], channels: [16, 32], seed: 1 });
 * console.log(encoder.outputs[0].shape); // [null, 32]
 * encoder.dispose();
 * ```
 */
export function smallConvNet(options: SmallConvNetOptions = {}): LayersModel {
  const names = ['inputShape', 'channels', 'strides', 'seed'] as const;
  const { inputShape = [32, 32, 3], channels = [32, 64, 128], seed = 0 } = checkOptions('smallConvNet', options, names);
  for (const [name, list] of Object.entries({ channels, strides: options.strides ?? channels })) {
    if (!Array.isArray(list))
      throw new RangeError(`smallConvNet: ${name} must be a list of integers, got ${show(list)}.`);
  }
  const { strides = channels.map((_, i) => (i === 0 ? 1 : 2)) } = options;
  checkInputShape('smallConvNet', inputShape);
  if (channels.length === 0 || strides.length !== channels.length) {
    throw new RangeError(
      `smallConvNet: channels and strides must have the same length >= 1, got ${channels.length} and ${strides.length}.`,
    );
  }
  channels.forEach((n, i) => {
    checkIntegers('smallConvNet', { [`channels[${i}]`]: [n, 1], [`strides[${i}]`]: [strides[i] as number, 1] });
  });
  randomKey(seed);
  const images = input({ shape: [...inputShape] });
  let x: SymbolicTensor = images;
  channels.forEach((filters, i) => {
    x = convBlock(x, { filters, strides: strides[i] as number });
  });
  const result = model({ inputs: images, outputs: layers.globalAveragePooling2d({}).apply(x) as SymbolicTensor });
  initialize(result, seed);
  return result;
}
