import { type Arbitrary, tuple } from 'fast-check';
import { checkOptions } from '../internal/checkOptions.js';
import { type ImagesOptions, pictures } from './images.js';
import { type SizeRange, sizes } from './sizes.js';
import type { Drawn } from './tensorData.js';

/** Options of {@link clips}. */
export interface ClipsOptions extends ImagesOptions {
  /** Frames of a clip. @defaultValue [1, 4] */
  readonly frames?: SizeRange;
}

/**
 * Batches of clips `[batch, frames, height, width, channels]`, filled and shrunk like {@link images};
 * `tensor5d(x.data, x.shape)` makes the tensor.
 *
 * @param options - Ranges of the sizes.
 * @returns A fast-check arbitrary.
 * @throws RangeError if a size is not an integer \>= 1 or a range is empty.
 * @example
 * ```ts
 * import fc from 'fast-check';
 * import { clips } from 'selfsup/testing';
 * const [clip] = fc.sample(clips({ batch: 2, frames: [3, 5], channels: 1 }), 1);
 * console.log(String(clip)); // shape, fill and seed
 * ```
 */
export function clips(
  options: ClipsOptions = {},
): Arbitrary<Drawn<[batch: number, frames: number, height: number, width: number, channels: number]>> {
  const {
    batch = [1, 4],
    frames = [1, 4],
    height = [1, 8],
    width = [1, 8],
    channels = 3,
  } = checkOptions('clips', options, ['frames', 'batch', 'height', 'width', 'channels']);
  const shapes = tuple(
    sizes('clips', 'batch', batch),
    sizes('clips', 'frames', frames),
    sizes('clips', 'height', height),
    sizes('clips', 'width', width),
    sizes('clips', 'channels', channels),
  );
  return pictures(shapes);
}
