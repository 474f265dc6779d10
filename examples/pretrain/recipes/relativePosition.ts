import { reshape, stack, type Tensor4D } from '@tensorflow/tfjs-core';
import { relativePositionTask } from 'selfsup/pretext';
import { labelTask } from './labelTask.js';
import type { Recipe, RecipeOptions } from './recipe.js';

/** Where does this patch belong? */
export function relativePosition(options: RecipeOptions): Recipe {
  return labelTask<{ anchor: Tensor4D; query: Tensor4D }>(options, {
    title: 'Relative position',
    classes: 8,
    parts: 2,
    make: (images, seed) => {
      const { inputs, labels } = relativePositionTask(images, seed);
      return { ...inputs, labels };
    },
    seen: ({ anchor, query }) => {
      const [batch, ...shape] = anchor.shape;
      return reshape(stack([anchor, query], 1), [2 * batch, ...shape]) as Tensor4D;
    },
    illustrate: (images, { anchor, query }) => ({
      heading: 'Pairs of patches',
      caption: 'An image, a patch of it and one of its eight neighbours: the method has to say which one it is.',
      names: ['original', 'patch', 'neighbour'],
      stacks: [images.clone(), anchor.clone(), query.clone()],
    }),
    choices: [['task', 'one of eight neighbours; gap, jitter, two colour channels dropped']],
  });
}
