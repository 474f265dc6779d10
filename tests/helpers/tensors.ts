import { type Rank, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { normal, type Seed, uniform } from '../../src/random/index.js';
import { hold } from './memory.js';

const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Normal numbers of a shape, held by the test. */
export function normals<T extends Tensor<Rank> = Tensor<Rank>>(seed: Seed, shape: number[], scale = 1): T {
  return hold(
    tensor(
      normal(seed, size(shape)).map((x) => x * scale),
      shape,
      'float32',
    ) as T,
  );
}

/** Uniform numbers in [low, high) of a shape, held by the test. */
export function uniforms<T extends Tensor<Rank> = Tensor<Rank>>(seed: Seed, shape: number[], low = 0, high = 1): T {
  return hold(
    tensor(
      uniform(seed, size(shape)).map((x) => low + (high - low) * x),
      shape,
      'float32',
    ) as T,
  );
}
