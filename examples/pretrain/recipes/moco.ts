import type { Tensor4D } from '@tensorflow/tfjs-core';
import { chanceLoss } from 'selfsup/losses';
import { MoCo } from 'selfsup/methods';
import { projectionHead } from 'selfsup/models';
import type { Method } from 'selfsup/training';
import { adam, temperature, twoViewRecipe } from './contrastive.js';
import { convEncoder } from './convEncoder.js';
import type { Recipe, RecipeOptions } from './recipe.js';

const queue = 2048;
const momentum = 0.99;

/** MoCo v2 with a short queue. */
export function moco(options: RecipeOptions): Recipe {
  const { augment, ...common } = twoViewRecipe(options);
  const { encoder, dim, encoderKind } = convEncoder(options);
  const { batch } = options;
  const head = projectionHead({ inputDim: dim, outputDim: 64, batchNorm: false, seed: options.headSeed });
  return {
    ...common,
    title: 'MoCo v2',
    method: new MoCo({ encoder, head, augment, temperature, momentum, capacity: queue }) as Method<Tensor4D, unknown>,
    encoderKind,
    chance: (step) => chanceLoss('infoNCELoss', { negatives: step === 0 ? batch - 1 : Math.min(queue, step * batch) }),
    chanceText: `ln(K + 1) for a queue of K keys, which fills up to ${queue}`,
    choices: [
      ['head', `${dim}-${dim}-64`],
      ['temperature', String(temperature)],
      ['queue', String(queue)],
      ['momentum of the key encoder', String(momentum)],
      adam,
    ],
  };
}
