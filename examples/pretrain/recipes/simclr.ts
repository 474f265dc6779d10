import type { Tensor4D } from '@tensorflow/tfjs-core';
import { chanceLoss } from 'selfsup/losses';
import { SimCLR } from 'selfsup/methods';
import { projectionHead } from 'selfsup/models';
import type { Method } from 'selfsup/training';
import { adam, temperature, twoViewRecipe } from './contrastive.js';
import { convEncoder } from './convEncoder.js';
import type { Recipe, RecipeOptions } from './recipe.js';

/** SimCLR with a small head. */
export function simclr(options: RecipeOptions): Recipe {
  const { augment, ...common } = twoViewRecipe(options);
  const { encoder, dim, encoderKind } = convEncoder(options);
  const head = projectionHead({ inputDim: dim, outputDim: 64, seed: options.headSeed });
  const value = chanceLoss('ntXentLoss', { batch: options.batch });
  return {
    ...common,
    title: 'SimCLR',
    method: new SimCLR({ encoder, head, augment, temperature }) as Method<Tensor4D, unknown>,
    encoderKind,
    chance: () => value,
    chanceText: `ln(2N - 1) for N = ${options.batch} images`,
    choices: [['head', `${dim}-${dim}-64`], ['temperature', String(temperature)], adam],
  };
}
