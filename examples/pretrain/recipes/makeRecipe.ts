import type { MethodName } from '../options.js';
import { barlowTwins } from './barlowTwins.js';
import { colorization } from './colorization.js';
import { inpainting } from './inpainting.js';
import { jigsaw } from './jigsaw.js';
import { mae } from './mae.js';
import { moco } from './moco.js';
import type { Recipe, RecipeOptions } from './recipe.js';
import { relativePosition } from './relativePosition.js';
import { rotation } from './rotation.js';
import { simclr } from './simclr.js';

const recipes: Readonly<Record<MethodName, (options: RecipeOptions) => Recipe | Promise<Recipe>>> = {
  simclr,
  moco,
  'barlow-twins': barlowTwins,
  mae,
  rotation,
  jigsaw,
  'relative-position': relativePosition,
  colorization,
  inpainting,
};

/** A method, its encoder and optimizer, and what the report says about them: the same for the same options. */
export async function makeRecipe(name: MethodName, options: RecipeOptions): Promise<Recipe> {
  return recipes[name](options);
}
