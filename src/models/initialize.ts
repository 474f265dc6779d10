import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { foldIn, normal, type Seed, uniform } from '../random/index.js';

/**
 * Draws the weights of a fresh model from a seed, the same on every backend. Convolutions: He normal over the fan-out, as
 * torchvision's ResNet; dense kernels: uniform within 1 / sqrt(fan-in), as PyTorch's Linear; biases zero. Batch
 * normalisation keeps its ones and zeros.
 */
export function initialize(model: LayersModel, seed: Seed): void {
  model.layers.forEach((layer, position) => {
    const key = foldIn(seed, position);
    const { name, weights } = layer;
    const kernel = weights[0];
    if (kernel === undefined || !kernel.originalName.endsWith('kernel')) return;
    const shape = kernel.shape as number[];
    const size = shape.reduce((product, n) => product * n, 1);
    const spatial = shape.slice(0, -2).reduce((product, n) => product * n, 1);
    tidy(() => {
      const fanOut = spatial * (shape.at(-1) as number);
      const fanIn = spatial * (shape.at(-2) as number);
      const values =
        shape.length > 2
          ? normal(key, size).map((x) => x * Math.sqrt(2 / fanOut))
          : uniform(key, size).map((x) => (2 * x - 1) / Math.sqrt(fanIn));
      const rest = layer.getWeights().slice(1);
      if (rest.length > 1) throw new Error(`initialize: layer ${name} has more than a kernel and a bias.`);
      layer.setWeights([tensor(values, shape), ...rest]);
    });
  });
}
