import { reshape, type Tensor4D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { checkChoice } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { matMul } from '../internal/matMul.js';
import type { Seed } from '../random/index.js';
import { randomChannelDrop } from '../transforms/index.js';

/**
 * What keeps a network from telling where in a photo a patch was by the colour fringes that a lens leaves, which grow towards
 * the corners: `'drop'` keeps one drawn channel of each patch and puts faint noise around mid grey in the place of the other
 * two; `'project'` takes the green-magenta axis out of every colour, along which fringes differ; `'none'` does nothing.
 */
export type ChromaDefence = 'drop' | 'project' | 'none';

/** The defence asked for; where none was, dropping for colour images and nothing for others. */
export function checkChroma(where: string, chroma: ChromaDefence | undefined, channels: number): ChromaDefence {
  if (chroma === undefined) return channels === 3 ? 'drop' : 'none';
  checkChoice(where, 'chroma', chroma, ['drop', 'project', 'none']);
  if (chroma !== 'none' && channels !== 3) {
    throw new ShapeError(`${where}: images must have 3 channels for chroma '${chroma}', got ${channels}.`);
  }
  return chroma;
}

/** Patches with the defence applied: patch i draws from the seed and i. A new tensor, or the patches where there is nothing to do. */
export function defendChroma(patches: Tensor4D, seed: Seed, chroma: ChromaDefence): Tensor4D {
  if (chroma === 'none') return patches;
  return chroma === 'drop'
    ? randomChannelDrop({ drop: 2, fill: 'noise', p: 1 })(patches, seed)
    : projectChroma(patches);
}

/** x (I - a^T a / (a a^T)) for every pixel, with a = (-1, 2, -1). */
function projectChroma(x: Tensor4D): Tensor4D {
  const axis = [-1, 2, -1];
  const matrix = axis.map((p, i) => axis.map((q, j) => (i === j ? 1 : 0) - (p * q) / 6));
  return tidy(() => reshape(matMul(reshape(x, [x.size / 3, 3]), tensor2d(matrix)), x.shape));
}
