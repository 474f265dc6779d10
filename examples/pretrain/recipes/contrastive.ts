import { train } from '@tensorflow/tfjs-core';
import { simclrPolicy, type Views, views } from 'selfsup/transforms';
import type { Recipe, RecipeOptions } from './recipe.js';

/** Temperature of the contrastive methods: small batches want it lower than SimCLR's 0.5. */
export const temperature = 0.2;
/** Area of the crops: SimCLR's 0.08 leaves too little of a 32-pixel image for a small encoder. */
const scale = [0.2, 1] as const;

/** What the methods that compare two views have in common. */
export function twoViewRecipe({
  inputShape,
}: RecipeOptions): Pick<Recipe, 'optimizer' | 'learningRate' | 'illustrate'> & { readonly augment: Views } {
  const [height, width] = inputShape;
  const augment = views(simclrPolicy({ size: [height, width], scale }), 2);
  return {
    augment,
    optimizer: train.adam(1e-3, 0.9, 0.999, 1e-8),
    learningRate: 2e-3,
    illustrate: (images, seed) => ({
      heading: 'Augmented pairs',
      caption: 'An image and two views of it: what the method is told to see as the same.',
      names: ['original', 'view 1', 'view 2'],
      stacks: [images.clone(), ...augment(images, seed)],
    }),
  };
}

/** How the optimizer is named in the report. */
export const adam = ['optimizer', 'Adam, warm-up and half a cosine'] as const;
