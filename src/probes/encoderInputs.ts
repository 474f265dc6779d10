import { max, min, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Data, isTensorData, typedArrayName } from '../internal/arrayData.js';
import { isDisposedWeight } from '../internal/checkModel.js';
import { show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { isImageShape, toUnitImages } from '../internal/imageBatch.js';
import { nonFinite } from '../internal/nonFinite.js';

/** What float images and clips that an encoder gets may hold. */
export type InputRange = 'unit' | 'any';

/** How far floats may be out of [0, 1] by rounding. */
const ROUNDING = 1e-3;
/** A tensor without negative values that reaches further than this holds bytes that were not divided by 255. */
const BYTES = 2;
/** Channels of images at most; what has more is a map of features, in any range. */
const CHANNELS = 4;

/** True for what has the members of a model that we use. */
export function isModel(x: unknown): x is LayersModel {
  return typeof x === 'object' && x !== null && typeof (x as LayersModel).predict === 'function';
}

/** Checks that an encoder is a model whose weights are not disposed. */
export function checkModel(where: string, encoder: LayersModel): void {
  if (!isModel(encoder) || !Array.isArray(encoder.outputs) || !Array.isArray(encoder.layers)) {
    throw new ShapeError(
      `${where}: encoder must be a built model of tfjs-layers, got ${isModel(encoder) ? 'one that is not built' : show(encoder)}.`,
    );
  }
  for (const weight of encoder.weights) {
    if (isDisposedWeight(weight)) {
      throw new ShapeError(`${where}: encoder must be a model in use, got one that is disposed (${weight.name}).`);
    }
  }
}

/**
 * Checks the weights that features are made with: kernels of tfjs hide NaN from what comes out (WASM has ReLUs that turn it
 * into 0), so that a broken encoder would be judged as if it were a poor one.
 */
export async function checkWeights(where: string, encoder: LayersModel): Promise<void> {
  const named = new Map<string, Tensor>();
  for (const weight of encoder.weights) named.set(weight.originalName || weight.name, weight.read());
  const bad = await nonFinite(Object.fromEntries(named));
  if (bad.length === 0) return;
  const more = bad.length > 3 ? ` and ${bad.length - 3} more` : '';
  throw new RangeError(
    `${where}: encoder must have finite weights, got NaN or infinity in ${bad.slice(0, 3).join(', ')}${more}.`,
  );
}

/** Checks inputs of an encoder: finite, and images in [0, 1] or bytes unless any range is asked for. */
export async function checkInputs(where: string, name: string, x: Data, range: InputRange = 'unit'): Promise<void> {
  const images = isImageShape(x.shape) && (x.shape.at(-1) as number) <= CHANNELS;
  const unit = images && range === 'unit' && (isTensorData(x) || x.range !== 'any');
  if (isTensorData(x)) await checkTensorInputs(where, name, x, unit, images);
  else checkArrayInputs(where, name, x, unit, images);
}

/** A batch as an encoder takes it: int32 images are bytes, unless it asks for integers. */
export function toInputs(where: string, name: string, encoder: LayersModel, batch: Tensor): Tensor {
  const wanted = encoder.inputs?.[0]?.dtype;
  return batch.dtype === 'int32' && isImageShape(batch.shape) && wanted !== 'int32'
    ? toUnitImages(where, name, batch)
    : batch;
}

async function checkTensorInputs(
  where: string,
  name: string,
  x: Tensor,
  unit: boolean,
  images: boolean,
): Promise<void> {
  if ((await nonFinite({ x })).length > 0) {
    const values = await x.data();
    const at = values.findIndex((v) => !Number.isFinite(v));
    throw notFinite(where, name, values[at] as number, at, x.shape);
  }
  if (!(x.dtype === 'int32' ? images : unit)) return;
  const [low, high] = [await valueOf(min(x)), await valueOf(max(x))];
  if (x.dtype === 'int32' ? low < 0 || high > 255 : low >= -ROUNDING && high > BYTES) {
    throw outside(where, name, x.dtype === 'int32', `values from ${low} to ${high}`);
  }
}

function checkArrayInputs(
  where: string,
  name: string,
  { data, shape }: Exclude<Data, Tensor>,
  unit: boolean,
  images: boolean,
): void {
  const kind = typedArrayName(data);
  if (kind === 'Int32Array' && images) {
    const at = data.findIndex((v: number) => v < 0 || v > 255);
    if (at >= 0) throw outside(where, name, true, `${data[at]} in sample ${sampleOf(at, shape)}`);
  }
  if (kind !== 'Float32Array') return;
  const [low, high] = unit ? [-ROUNDING, 1 + ROUNDING] : [-Number.MAX_VALUE, Number.MAX_VALUE];
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (value >= low && value <= high) continue;
    if (!Number.isFinite(value)) throw notFinite(where, name, value, i, shape);
    throw outside(where, name, false, `${value} in sample ${sampleOf(i, shape)}`);
  }
}

async function valueOf(scalar: Tensor): Promise<number> {
  try {
    return (await scalar.data())[0] as number;
  } finally {
    scalar.dispose();
  }
}

const sampleOf = (at: number, shape: readonly number[]): number =>
  Math.floor(at / shape.slice(1).reduce((product, n) => product * n, 1));

function notFinite(where: string, name: string, value: number, at: number, shape: readonly number[]): RangeError {
  return new RangeError(`${where}: ${name} must be finite, got ${value} in sample ${sampleOf(at, shape)}.`);
}

function outside(where: string, name: string, integers: boolean, got: string): RangeError {
  return integers
    ? new RangeError(`${where}: ${name} must hold bytes, 0 to 255, since int32 images are read as such, got ${got}.`)
    : new RangeError(
        `${where}: ${name} must hold images in [0, 1], got ${got}: divide by 255, give bytes, or set options.range to 'any'.`,
      );
}
