import type { MethodName } from '../options.js';
import { barlowTwins } from './barlowTwins.js';
import { mae } from './mae.js';
import { moco } from './moco.js';
import type { Recipe, RecipeOptions } from './recipe.js';
import { simclr } from './simclr.js';

const recipes: Readonly<Record<MethodName, (options: RecipeOptions) => Recipe>> = {
  simclr,
  moco,
  'barlow-twins': barlowTwins,
  mae,
};

/** A method, its encoder and optimizer, and what the report says about them: the same for the same options. */
export function makeRecipe(name: MethodName, options: RecipeOptions): Recipe {
  return recipes[name](options);
}
