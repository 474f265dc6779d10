import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Options of {@link convBlock}. */
export interface ConvBlockOptions {
  readonly filters: number;
  readonly kernelSize?: number;
  readonly strides?: number;
  readonly relu?: boolean;
}

/** Batch normalisation with PyTorch's constants: epsilon 1e-5, momentum 0.9 (tfjs: 1e-3 and 0.99). */
export function batchNorm(x: SymbolicTensor): SymbolicTensor {
  return layers.batchNormalization({ epsilon: 1e-5, momentum: 0.9 }).apply(x) as SymbolicTensor;
}

/** ReLU. */
export function relu(x: SymbolicTensor): SymbolicTensor {
  return layers.reLU().apply(x) as SymbolicTensor;
}

/** Convolution without bias, 'same' padding, batch normalisation and, unless told otherwise, ReLU. */
export function convBlock(x: SymbolicTensor, options: ConvBlockOptions): SymbolicTensor {
  const { filters, kernelSize = 3, strides = 1 } = options;
  const convolution = layers.conv2d({
    filters,
    kernelSize,
    strides,
    padding: 'same',
    useBias: false,
    kernelInitializer: 'heNormal',
  });
  const y = batchNorm(convolution.apply(x) as SymbolicTensor);
  return options.relu === false ? y : relu(y);
}
