import { permutation, type Seed } from 'selfsup/random';
import { type LabelledImages, pick } from '../data/dataset.js';

/** At most `count` images, drawn without replacement; all of them where there are no more. */
export function sample(set: LabelledImages, count: number, seed: Seed): LabelledImages {
  const [n] = set.images.shape;
  return n <= count ? set : pick(set, permutation(seed, n).subarray(0, count));
}
