import { cast, equal, expandDims, range, type Tensor2D, type Tensor3D, tidy } from '@tensorflow/tfjs-core';
import { constant } from './constant.js';
import { matMul } from './matMul.js';

/** `[batch, k, count]`, float32: 1 where `ids` `[batch, k]` names the token, else 0; a row of zeros where it names none. */
export function tokenSelection(ids: Tensor2D, count: number): Tensor3D {
  return constant(() => tidy(() => cast(equal<Tensor3D>(expandDims(ids, 2), range(0, count, 1, 'int32')), 'float32')));
}

/** Tokens `ids[i]` of sample i, in that order: a product, so that the gradient needs no scattering on any backend. */
export function selectTokens(x: Tensor3D, ids: Tensor2D): Tensor3D {
  return tidy(() => matMul(tokenSelection(ids, x.shape[1]), x));
}
