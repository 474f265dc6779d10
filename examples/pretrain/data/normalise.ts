import { Failure } from '../failure.js';
import type { ImageArray } from './dataset.js';

/** Images as a reader gives them. */
export interface RawImages {
  readonly data: Uint8Array | Uint8ClampedArray | Float32Array | Int32Array;
  /** `[n, height, width]` or `[n, height, width, channels]` */
  readonly shape: readonly number[];
}

/** Checks images and brings them to three channels; grey is repeated. Throws a Failure that names `path`. */
export function normalise(path: string, { data: given, shape }: RawImages): ImageArray {
  const [n = 0, height = 0, width = 0, channels = 1] = shape;
  if (shape.length < 3 || shape.length > 4 || (channels !== 1 && channels !== 3)) {
    throw new Failure(
      `--data ${path}: expected images [n, height, width] with 1 or 3 channels, got shape [${shape.join(', ')}]`,
    );
  }
  if (n === 0) throw new Failure(`--data ${path}: it holds no image`);
  if (height < 8 || width < 8) {
    throw new Failure(`--data ${path}: images must be at least 8 by 8 pixels, got ${height} by ${width}`);
  }
  const data = given instanceof Uint8ClampedArray ? new Uint8Array(given) : given;
  if (data instanceof Int32Array) {
    throw new Failure(`--data ${path}: pixels must be bytes, or floats in [0, 1], got integers of several bytes`);
  }
  if (data instanceof Float32Array) checkFloats(path, data, data.length / n);
  return { data: channels === 3 ? data : threefold(data), shape: [n, height, width, 3] };
}

function checkFloats(path: string, data: Float32Array, size: number): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (!(value >= 0 && value <= 1)) {
      throw new Failure(`--data ${path}: pixels must be numbers in [0, 1], image ${Math.floor(i / size)} has ${value}`);
    }
  }
}

function threefold(data: Uint8Array | Float32Array): Uint8Array | Float32Array {
  const out = new (data.constructor as Uint8ArrayConstructor)(3 * data.length);
  for (let i = 0; i < data.length; i++) out.fill(data[i] as number, 3 * i, 3 * i + 3);
  return out;
}
