import { add, mul, reshape, type Tensor4D, type Tensor5D, transpose } from '@tensorflow/tfjs-core';
import { jigsawTask } from 'selfsup/pretext';
import { labelTask } from './labelTask.js';
import type { Recipe, RecipeOptions } from './recipe.js';

const grid = 3;

/** A puzzle of 3 x 3 tiles, in one of 72 orders. */
export function jigsaw(options: RecipeOptions): Recipe {
  return labelTask<{ inputs: Tensor5D }>(options, {
    title: 'Jigsaw',
    classes: 72,
    parts: grid * grid,
    make: (images, seed) => ({ ...jigsawTask(images, seed) }),
    seen: ({ inputs }) => {
      const [batch, tiles, ...shape] = inputs.shape;
      return reshape(inImageRange(inputs), [batch * tiles, ...shape]);
    },
    illustrate: (images, { inputs }) => ({
      heading: 'Puzzles',
      caption: 'An image and its tiles in the order that the method has to name, each tile normalised on its own.',
      names: ['original', 'puzzle'],
      stacks: [images.clone(), joined(inputs)],
    }),
    choices: [['task', '72 orders of 3 x 3 tiles that differ in 8 places or more']],
  });
}

/** Normalised tiles about where pixels lie: the probes later show the encoder images, not normalised tiles. */
const inImageRange = (tiles: Tensor5D): Tensor5D => add(mul(tiles, 0.25), 0.5);

/** Tiles side by side. */
function joined(tiles: Tensor5D): Tensor4D {
  const [batch, , side, , channels] = tiles.shape;
  const rows = transpose(reshape(inImageRange(tiles), [batch, grid, grid, side, side * channels]), [0, 1, 3, 2, 4]);
  return reshape(rows, [batch, grid * side, grid * side, channels]);
}
