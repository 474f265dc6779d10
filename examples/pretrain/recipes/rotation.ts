import { slice, type Tensor4D } from '@tensorflow/tfjs-core';
import { rotationTask } from 'selfsup/pretext';
import { labelTask } from './labelTask.js';
import type { Recipe, RecipeOptions } from './recipe.js';
import { squareViews } from './squareViews.js';

/** Which way up? All four turns of every image of a batch. */
export function rotation(options: RecipeOptions): Recipe {
  const square = squareViews(options.inputShape);
  return labelTask<{ inputs: Tensor4D }>(options, {
    title: 'RotNet',
    classes: 4,
    parts: 1,
    make: (images, seed) => {
      const views = square(images, seed);
      try {
        return { ...rotationTask(views) };
      } finally {
        views.dispose();
      }
    },
    seen: ({ inputs }) => inputs,
    illustrate: (images, { inputs }) => {
      const [batch] = images.shape;
      const turned = [0, 1, 2, 3].map((turn) => slice(inputs, turn * batch, batch));
      return {
        heading: 'Rotations',
        caption: 'An image and the four turns of a crop of it: the method has to say which way up each is.',
        names: ['original', 'upright', '90 degrees', '180 degrees', '270 degrees'],
        stacks: [images.clone(), ...turned],
      };
    },
    choices: [['task', 'quarter turns, all four of every image']],
  });
}
