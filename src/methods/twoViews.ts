import { dispose, type Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkModel } from '../internal/checkModel.js';
import { show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { toUnitImages } from '../internal/imageBatch.js';
import { type PolicyOptions, type Transform, type Views, views } from '../transforms/index.js';

/** How a method makes the views of an image: a transform drawn twice, or what yields both views. */
export type Augmentation = Transform<unknown> | Views;

/** A policy that suits images of this size. */
type Policy = (options: Pick<PolicyOptions, 'size' | 'channels'>) => Augmentation;

/** Two views: those of the augmentation, or of the method's own policy for the images that the encoder takes. */
export function twoViews(
  where: string,
  encoder: LayersModel,
  augment: Augmentation | undefined,
  policy: Policy,
): Views {
  const images = imagesOf(where, encoder);
  const make = augment ?? policy(images);
  if (typeof make !== 'function') {
    throw new RangeError(
      `${where}: augment must be a transform, or a function that gives both views, got ${show(make)}.`,
    );
  }
  return 'sample' in make ? views(make as Transform<unknown>, 2) : (make as Views);
}

/** Draws the two views and checks that they are two. */
export function drawPair(
  where: string,
  make: Views,
  images: Tensor4D,
  seed: Parameters<Views>[1],
): [Tensor4D, Tensor4D] {
  const unit = toUnitImages(where, 'batch', images);
  try {
    const drawn = make(unit, seed) as Tensor4D[];
    if (!Array.isArray(drawn) || drawn.length !== 2) {
      dispose(drawn);
      throw new RangeError(
        `${where}: augment must give 2 views, got ${Array.isArray(drawn) ? drawn.length : show(drawn)}.`,
      );
    }
    return drawn as [Tensor4D, Tensor4D];
  } finally {
    if (unit !== images) unit.dispose();
  }
}

/** Height, width and channels of the images that an encoder takes. */
export function imagesOf(where: string, encoder: LayersModel): { size: [number, number]; channels: number } {
  checkModel(where, 'encoder', encoder);
  const shape = encoder.inputs[0]?.shape;
  if (encoder.inputs.length !== 1 || shape?.length !== 4 || !shape[1] || !shape[2] || !shape[3]) {
    throw new ShapeError(
      `${where}: encoder must take images [batch, height, width, channels] of a fixed size, got [${shape ?? ''}].`,
    );
  }
  return { size: [shape[1], shape[2]], channels: shape[3] };
}

/** Size of an encoder's output, which must be `[batch, dim]`. */
export function outputDim(where: string, name: string, model: LayersModel): number {
  checkModel(where, name, model);
  const shape = model.outputs[0]?.shape;
  if (model.outputs.length !== 1 || shape?.length !== 2 || !shape[1]) {
    throw new ShapeError(`${where}: ${name} must give [batch, dim], got [${shape ?? ''}].`);
  }
  return shape[1];
}
