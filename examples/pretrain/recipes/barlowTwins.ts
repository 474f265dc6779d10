import type { Tensor4D } from '@tensorflow/tfjs-core';
import { chanceLoss } from 'selfsup/losses';
import { BarlowTwins } from 'selfsup/methods';
import { projectionHead } from 'selfsup/models';
import type { Method } from 'selfsup/training';
import { adam, twoViewRecipe } from './contrastive.js';
import { convEncoder } from './convEncoder.js';
import type { Recipe, RecipeOptions } from './recipe.js';

const [width, lambda] = [256, 0.0051];

/** Barlow Twins with a head as narrow as small encoders allow. */
export function barlowTwins(options: RecipeOptions): Recipe {
  const { augment, ...common } = twoViewRecipe(options);
  const { encoder, dim, encoderKind } = convEncoder(options);
  const seed = options.headSeed;
  const head = projectionHead({ inputDim: dim, hiddenDim: width, outputDim: width, layers: 3, seed });
  const value = chanceLoss('barlowTwinsLoss', { dim: width });
  return {
    ...common,
    title: 'Barlow Twins',
    method: new BarlowTwins({ encoder, head, augment, lambda }) as Method<Tensor4D, unknown>,
    encoderKind,
    chance: () => value,
    chanceText: `the number of features, ${width}`,
    choices: [['head', `${dim}-${width}-${width}-${width}`], ['lambda', String(lambda)], adam],
  };
}
