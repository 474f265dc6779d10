import type { Tensor4D } from '@tensorflow/tfjs-core';
import { MAE } from 'selfsup/methods';
import { maeModel } from 'selfsup/models';
import { AdamW, type Method } from 'selfsup/training';
import { Failure } from '../failure.js';
import type { Recipe, RecipeOptions } from './recipe.js';

/** Patches that an image is cut into, at most: 8 x 8 of a square one. */
const most = 64;
/** Patches of an image, at least: with fewer there is nothing to tell hidden ones from. */
const least = 9;
const ratio = 0.75;
/** Its sizes. */
export const smallMae = { dim: 128, depth: 4, heads: 4, decoderDim: 64, decoderDepth: 2, decoderHeads: 4 } as const;

/** A masked autoencoder as small as an hour on a laptop allows. */
export function mae({ inputShape, encoderSeed }: RecipeOptions): Recipe {
  const [height, width, channels] = inputShape;
  const patchSize = patchSizeFor(height, width);
  const model = maeModel({ size: [height, width], channels, patchSize, ...smallMae, seed: encoderSeed });
  const method = new MAE({ model, ratio });
  const numbers = patchSize ** 2 * channels;
  return {
    title: 'MAE',
    method: method as Method<Tensor4D, unknown>,
    encoderKind: 'vision transformer',
    optimizer: new AdamW({ learningRate: 1e-3, beta1: 0.9, beta2: 0.95, weightDecay: 0.05 }),
    learningRate: 1.5e-3,
    chance: () => (numbers - 1) / numbers,
    chanceText: 'that of painting every hidden patch in its own mean colour',
    choices: [
      ['patches', `${patchSize} x ${patchSize} pixels, ${100 * ratio} % hidden at random`],
      ['encoder', `${smallMae.depth} blocks, ${smallMae.dim} wide, ${smallMae.heads} heads, average of the tokens`],
      ['decoder', `${smallMae.decoderDepth} blocks, ${smallMae.decoderDim} wide`],
      ['targets', 'patches standardised by their own mean and deviation'],
      ['optimizer', 'AdamW (0.9, 0.95), weight decay 0.05, warm-up and half a cosine'],
    ],
    illustrate: (images, seed) => {
      const { masked, reconstructed, completed } = method.reconstruct(images, seed);
      return {
        heading: 'Reconstructions',
        caption:
          'An image, what the encoder sees of it, what the decoder paints, and its painting where the image was hidden. The decoder paints standardised patches; they are shown with the mean and deviation of the true ones.',
        names: ['original', 'visible', 'painted', 'completed'],
        stacks: [images.clone(), masked, reconstructed, completed],
      };
    },
  };
}

/** The smallest square patches that tile an image by at most 64. */
function patchSizeFor(height: number, width: number): number {
  for (let side = 1; side <= Math.min(height, width); side++) {
    const count = (height / side) * (width / side);
    if (height % side === 0 && width % side === 0 && count <= most) {
      if (count >= least) return side;
      break;
    }
  }
  throw new Failure(
    `--method mae: images of ${height} x ${width} can't be cut into ${least} to ${most} square patches`,
  );
}
