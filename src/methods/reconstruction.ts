import { add, expandDims, mul, sub, type Tensor2D, type Tensor3D, type Tensor4D } from '@tensorflow/tfjs-core';
import { patchMoments } from '../internal/patchMoments.js';
import { unpatchify } from '../pretext/index.js';

/** Pictures of a masked autoencoder at work. */
export type Reconstruction = {
  /** The images with hidden patches grey, float32 `[batch, height, width, channels]`. */
  masked: Tensor4D;
  /** What the decoder paints, visible patches too, in the scale of the image; same shape. */
  reconstructed: Tensor4D;
  /** The visible patches of the image, and what the decoder paints where it was hidden; same shape. */
  completed: Tensor4D;
};

interface Parts {
  /** The images. */
  readonly inputs: Tensor4D;
  /** `[batch, patches]`, 1 where hidden. */
  readonly mask: Tensor2D;
  /** Patches of the images, `[batch, patches, size]`. */
  readonly targets: Tensor3D;
  /** Patches as the decoder predicts them, same shape. */
  readonly prediction: Tensor3D;
}

interface Options {
  readonly patchSize: number;
  /** Whether the prediction is of patches standardised by their own mean and deviation. */
  readonly normalizePatches: boolean;
}

const grey = 0.5;

/** Puts patches back to images; standardised ones get the mean and deviation that the true patch has. */
export function showReconstruction({ inputs, mask, targets, prediction }: Parts, options: Options): Reconstruction {
  const { patchSize, normalizePatches } = options;
  const [, height, width] = inputs.shape;
  const painted = normalizePatches ? inScaleOf(targets, prediction) : prediction;
  const hidden = expandDims(mask, 2);
  const visible = mul(targets, sub(1, hidden));
  const image = (patches: Tensor3D): Tensor4D => unpatchify(patches, patchSize, [height, width]);
  return {
    masked: image(add(visible, mul(hidden, grey))),
    reconstructed: image(painted),
    completed: image(add(visible, mul(hidden, painted))),
  };
}

/** Undoes the standardisation of `maskedReconstructionLoss`. */
function inScaleOf(targets: Tensor3D, prediction: Tensor3D): Tensor3D {
  const { center, deviation } = patchMoments(targets, 1e-6);
  return add(mul(prediction, deviation), center);
}
