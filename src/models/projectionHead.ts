import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkIntegers } from '../internal/checks.js';
import { randomKey, type Seed } from '../random/index.js';
import { batchNorm, relu } from './convBlock.js';
import { initialize } from './initialize.js';

/** Options of {@link projectionHead}. */
export interface ProjectionHeadOptions {
  /** Size of the encoder's output, >= 1. */
  readonly inputDim: number;
  /** Size of the hidden layers, >= 1. @defaultValue inputDim, as SimCLR */
  readonly hiddenDim?: number;
  /** Size of the projection, >= 1. @defaultValue 128, as SimCLR and MoCo */
  readonly outputDim?: number;
  /** Dense layers, >= 1. @defaultValue 2, as SimCLR and MoCo v2; Barlow Twins and VICReg have 3 */
  readonly layers?: number;
  /**
   * Batch normalisation after each hidden layer, whose bias is then left out: on for SimCLR and Barlow Twins, off for MoCo
   * v2. @defaultValue true
   */
  readonly batchNorm?: boolean;
  /** Bias of the last layer. @defaultValue false with batchNorm, true without */
  readonly bias?: boolean;
  /** Seed of the initial weights. @defaultValue 0 */
  readonly seed?: Seed;
}

/**
 * The multilayer perceptron between an encoder and a contrastive loss; thrown away after training.
 *
 * @param options - Sizes and seed.
 * @returns A model from float32 `[batch, inputDim]` to float32 `[batch, outputDim]`, not normalised. The caller disposes it.
 * @throws RangeError if a size is not a positive integer.
 * @see Chen et al., SimCLR, arXiv:2002.05709, section 4.2; MoCo v2, arXiv:2003.04297; Barlow Twins, arXiv:2103.03230.
 * @example
 * ```ts
 * import { projectionHead } from 'selfsup/models';
 * const head = projectionHead({ inputDim: 512, hiddenDim: 2048, outputDim: 2048, layers: 3 }); // as Barlow Twins
 * head.dispose();
 * ```
 */
export function projectionHead(options: ProjectionHeadOptions): LayersModel {
  const names = ['inputDim', 'hiddenDim', 'outputDim', 'layers', 'batchNorm', 'bias', 'seed'] as const;
  const {
    inputDim,
    hiddenDim = inputDim,
    outputDim = 128,
    layers: depth = 2,
    batchNorm: normalize = true,
    seed = 0,
  } = checkOptions('projectionHead', options, names);
  const { bias = !normalize } = options;
  checkIntegers('projectionHead', {
    inputDim: [inputDim, 1],
    hiddenDim: [hiddenDim, 1],
    outputDim: [outputDim, 1],
    layers: [depth, 1],
  });
  checkFlags('projectionHead', { batchNorm: normalize, bias });
  randomKey(seed);
  const features = input({ shape: [inputDim] });
  let x: SymbolicTensor = features;
  for (let i = 1; i < depth; i++) {
    x = layers.dense({ units: hiddenDim, useBias: !normalize }).apply(x) as SymbolicTensor;
    x = relu(normalize ? batchNorm(x) : x);
  }
  x = layers.dense({ units: outputDim, useBias: bias }).apply(x) as SymbolicTensor;
  const result = model({ inputs: features, outputs: x });
  initialize(result, seed);
  return result;
}
