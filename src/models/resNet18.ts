import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice } from '../internal/checks.js';
import { randomKey, type Seed } from '../random/index.js';
import { convBlock, relu } from './convBlock.js';
import { initialize } from './initialize.js';
import { checkInputShape } from './inputShape.js';

/** Options of {@link resNet18}. */
export interface ResNetOptions {
  /** Height, width and channels of an image. @defaultValue [32, 32, 3] for 'cifar', [224, 224, 3] for 'imagenet' */
  readonly inputShape?: readonly [number, number, number];
  /**
   * `'imagenet'` starts with a 7x7 convolution of stride 2 and a 3x3 max pool of stride 2; `'cifar'`, for images of about
   * 32 pixels, with a 3x3 convolution of stride 1 and no pool, as the SimCLR authors do. @defaultValue 'cifar'
   */
  readonly variant?: 'cifar' | 'imagenet';
  /** Seed of the initial weights. @defaultValue 0 */
  readonly seed?: Seed;
}

function basicBlock(x: SymbolicTensor, filters: number, strides: number): SymbolicTensor {
  const inner = convBlock(convBlock(x, { filters, strides }), { filters, relu: false });
  const plain = strides === 1 && x.shape.at(-1) === filters;
  const shortcut = plain ? x : convBlock(x, { filters, kernelSize: 1, strides, relu: false });
  return relu(layers.add().apply([inner, shortcut]) as SymbolicTensor);
}

/**
 * ResNet-18: four stages of two basic blocks with 64, 128, 256 and 512 channels, then the mean over space. Convolutions
 * pad as TensorFlow's 'same' does (at stride 2 the odd pixel goes to the bottom right; PyTorch pads both sides).
 *
 * @param options - Variant, sizes and seed.
 * @returns A model from float32 `[batch, height, width, channels]` to float32 `[batch, 512]`. The caller disposes it.
 * @throws RangeError on an unknown variant or a wrong shape.
 * @see He et al., "Deep residual learning for image recognition", CVPR 2016, arXiv:1512.03385; variant 'cifar': Chen et
 * al., SimCLR, arXiv:2002.05709, appendix B.9.
 * @example
 * ```ts
 * import { resNet18 } from 'selfsup/models';
 * const encoder = resNet18({ variant: 'cifar', inputShape: [32, 32, 3] });
 * console.log(encoder.countParams());
 * encoder.dispose();
 * ```
 */
export function resNet18(options: ResNetOptions = {}): LayersModel {
  const { variant = 'cifar', seed = 0 } = checkOptions('resNet18', options, ['inputShape', 'variant', 'seed']);
  checkChoice('resNet18', 'variant', variant, ['cifar', 'imagenet']);
  const { inputShape = variant === 'cifar' ? [32, 32, 3] : [224, 224, 3] } = options;
  checkInputShape('resNet18', inputShape);
  randomKey(seed);
  const images = input({ shape: [...inputShape] });
  let x: SymbolicTensor;
  if (variant === 'cifar') x = convBlock(images, { filters: 64 });
  else {
    x = convBlock(images, { filters: 64, kernelSize: 7, strides: 2 });
    x = layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }).apply(x) as SymbolicTensor;
  }
  [64, 128, 256, 512].forEach((filters, stage) => {
    x = basicBlock(basicBlock(x, filters, stage === 0 ? 1 : 2), filters, 1);
  });
  const result = model({ inputs: images, outputs: layers.globalAveragePooling2d({}).apply(x) as SymbolicTensor });
  initialize(result, seed);
  return result;
}
