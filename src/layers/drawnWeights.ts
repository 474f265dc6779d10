import { type serialization, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { initializers } from '@tensorflow/tfjs-layers';
import type { Seed } from '../random/index.js';

/** An initial weight drawn on the host: the same on every backend. `draw` gets the number of values. */
export function drawnWeight(draw: (size: number) => Float32Array): ReturnType<typeof initializers.zeros> {
  const initializer = {
    apply: (shape: number[]): Tensor => tensor(draw(shape.reduce((product, n) => product * n, 1)), shape, 'float32'),
  };
  return initializer as unknown as ReturnType<typeof initializers.zeros>;
}

/** A seed as a layer's configuration keeps it. */
export function seedConfig(seed: Seed): number | serialization.ConfigDict {
  return typeof seed === 'number' ? seed : { high: seed.high, low: seed.low };
}
