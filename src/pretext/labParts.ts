import { add, reshape, type Tensor2D, type Tensor4D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { matMul } from '../internal/matMul.js';
import { rgbToLab } from '../transforms/index.js';

/** What the authors of colourisation subtract from L. */
const MIDDLE = 50;

/** L - 50 `[batch, height, width, 1]` and ab `[batch, height, width, 2]` of RGB images. By products: slices of the last axis are slow on WASM. */
export function labParts(x: Tensor4D): { l: Tensor4D; ab: Tensor4D } {
  const [batch, height, width] = x.shape;
  return tidy(() => {
    const lab: Tensor2D = reshape(rgbToLab(x), [batch * height * width, 3]);
    const l = add(matMul(lab, tensor2d([1, 0, 0], [3, 1])), -MIDDLE);
    const ab = matMul(lab, tensor2d([0, 0, 1, 0, 0, 1], [3, 2]));
    return { l: reshape(l, [batch, height, width, 1]), ab: reshape(ab, [batch, height, width, 2]) };
  });
}
