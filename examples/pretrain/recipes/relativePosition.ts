import { reshape, stack, type Tensor4D } from '@tensorflow/tfjs-core';
import { relativePositionTask } from 'selfsup/pretext';
import { labelTask } from './labelTask.js';
import type { Recipe, RecipeOptions } from './recipe.js';

/** Where does this patch belong? */
export function relativePosition(options: RecipeOptions): Recipe {
  const [height, width] = options.inputShape;
  // Images of so few pixels have no colour fringes left to tell places by, and need their colours.
  const small = Math.min(height, width) < 64;
  const defence = small ? ({ chroma: 'none' } as const) : {};
  return labelTask<{ anchor: Tensor4D; query: Tensor4D }>(options, {
    title: 'Relative position',
    classes: 8,
    parts: 2,
    make: (images, seed) => {
      const { inputs, labels } = relativePositionTask(images, seed, defence);
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
    choices: [['task', `one of eight neighbours; gap, jitter${small ? '' : ', two colour channels dropped'}`]],
  });
}
