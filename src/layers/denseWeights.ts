import type { Tensor2D } from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable } from '@tensorflow/tfjs-layers';
import { matMulWithBias } from '../internal/matMul.js';
import { foldIn, type Seed, uniform } from '../random/index.js';
import { drawnWeight } from './drawnWeights.js';

/** A layer's `addWeight`, which only the layer itself may call. */
export type AddWeight = (
  name: string,
  shape: number[],
  initializer: ReturnType<typeof initializers.zeros>,
) => LayerVariable;

/** Kernel `[from, to]` and bias `[to]` of a dense layer. */
export interface DenseWeights {
  readonly kernel: LayerVariable;
  readonly bias: LayerVariable | undefined;
}

/** Makes the weights of dense layers, one after the other: kernels uniform within sqrt(6 / (from + to)), biases 0. */
export function denseMaker(add: AddWeight, seed: Seed) {
  let made = 0;
  return (name: string, [from, to]: readonly [from: number, to: number], bias = true): DenseWeights => {
    const key = foldIn(seed, made++);
    const bound = Math.sqrt(6 / (from + to));
    const draw = (size: number): Float32Array => uniform(key, size).map((x) => (2 * x - 1) * bound);
    return {
      kernel: add(`${name}kernel`, [from, to], drawnWeight(draw)),
      bias: bias ? add(`${name}bias`, [to], initializers.zeros()) : undefined,
    };
  };
}

/** x W + b on rows. */
export function dense(a: Tensor2D, { kernel, bias }: DenseWeights): Tensor2D {
  const b = kernel.read() as Tensor2D;
  return matMulWithBias(a, b, bias?.read());
}
