import { clone, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkImages } from '../internal/checks.js';
import { labParts } from './labParts.js';

/** Lightness and colour of the same images. */
export interface LightnessAndColor {
  /** L of CIE Lab less 50, float32 `[batch, height, width, 1]`, from -50 to 50. */
  readonly l: Tensor4D;
  /** a and b of CIE Lab, float32 `[batch, height, width, 2]`, from about -108 to 98. */
  readonly ab: Tensor4D;
}

/** What {@link splitBrainTask} gives; the caller disposes all four. */
export type SplitBrainBatch = {
  /** One half of the network sees `l`, the other `ab`. */
  readonly inputs: LightnessAndColor;
  /** Each half predicts what the other sees: `ab` from `inputs.l`, `l` from `inputs.ab`. */
  readonly targets: LightnessAndColor;
};

/**
 * Split-brain autoencoder: colour from lightness and lightness from colour, with two halves of a network that see one each.
 * `encodeColors` makes the classification targets of the paper from `targets.ab`.
 *
 * Shortcut: an autoencoder that sees its target copies it. Defence: no half sees its own target. JPEG stores colour more
 * coarsely than lightness, so that the blocks of one are hints of the other: shrink photos first.
 *
 * @param x - RGB images, float32 `[batch, height, width, 3]` in [0, 1].
 * @returns Inputs and targets in CIE Lab units; the caller disposes all four.
 * @throws ShapeError on a wrong shape.
 * @see Zhang, Isola and Efros, "Split-Brain Autoencoders", CVPR 2017, arXiv:1611.09842, section 3.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { splitBrainTask } from 'selfsup/pretext';
 * const { inputs, targets } = splitBrainTask(ones<Rank.R4>([2, 8, 8, 3]));
 * console.log(inputs.l.shape, targets.ab.shape); // 2, 8, 8, 1 and 2, 8, 8, 2
 * ```
 */
export function splitBrainTask(x: Tensor4D): SplitBrainBatch {
  checkImages('splitBrainTask', x, 3);
  return tidy(() => {
    const { l, ab } = labParts(x);
    return { inputs: { l, ab }, targets: { l: clone(l), ab: clone(ab) } };
  });
}
