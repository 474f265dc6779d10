import {
  add,
  cast,
  clipByValue,
  cumsum,
  div,
  floor,
  gatherND,
  max,
  mul,
  reshape,
  step,
  sub,
  type Tensor2D,
  type Tensor4D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { ShapeError } from '../internal/errors.js';
import { upTo } from '../internal/marked.js';
import { byteCounts } from './byteCounts.js';
import { toBytes } from './bytes.js';
import { channelRows, fromChannelRows } from './channelRows.js';
import { checkInput, IMAGES } from './shapes.js';
import { spread } from './spread.js';

/** Up to here a float32 holds the place of an entry in the tables of all channels: 2^24 / 256. */
const MOST_CHANNELS = 2 ** 16;

/**
 * Equalises the histogram of every channel of every image, on 8-bit values: with `step = floor(n / 255)`, where n counts
 * the pixels that are not the largest, a pixel above `r` others becomes `min(255, floor((r + floor(step / 2)) / step)) / 255`.
 * Channels with step 0 (fewer than 255 pixels below the largest value) are only rounded to 8 bits.
 *
 * @param x - Images, float32 `[batch, height, width, channels]` in [0, 1], any number of channels, `batch * channels` up to
 * 65536.
 * @returns Images of the same shape, multiples of 1/255; the caller disposes them.
 * @throws ShapeError on a wrong shape.
 * @see torchvision `equalize`.
 * @example
 * ```ts
 * import { linspace, max, type Rank, reshape } from '@tensorflow/tfjs-core';
 * import { equalize } from 'selfsup/transforms';
 * const dark = reshape<Rank.R4>(linspace(0, 0.2, 32 * 32), [1, 32, 32, 1]);
 * max(equalize(dark)).print(); // 1
 * ```
 */
export function equalize(x: Tensor4D): Tensor4D {
  checkInput('equalize', x, IMAGES);
  const count = x.shape[0] * x.shape[3];
  if (count > MOST_CHANNELS) {
    throw new ShapeError(
      `equalize: batch * channels must be at most ${MOST_CHANNELS}, got ${count} (shape [${x.shape.join(', ')}]).`,
    );
  }
  return tidy(() => fromChannelRows(equalizeRows(channelRows(x)), x.shape));
}

/** Equalises every row of `[rows, length]`. */
export function equalizeRows(values: Tensor2D): Tensor2D {
  const [count] = values.shape;
  return tidy(() => {
    const bytes = tidy(() => toBytes(values));
    const table = tidy(() => reshape(lookupTable(byteCounts(bytes)), [count * 256]));
    const starts = Array.from(upTo(count), (row) => 256 * row);
    const places = tidy(() => reshape(cast(add(bytes, spread(starts, bytes.shape)), 'int32'), [bytes.size, 1]));
    return reshape(gatherND(table, places), bytes.shape) as Tensor2D;
  });
}

/** What each of 256 values becomes, from how often it occurs in a channel, [rows, 256]. */
function lookupTable(counts: Tensor2D): Tensor2D {
  const below = cumsum<Tensor2D>(counts, 1, true);
  const others = max<Tensor2D>(mul(below, step(counts)), 1, true); // pixels below the largest value that occurs
  // The halves keep quotients of whole numbers away from the next one, so that rough division can't reach it.
  const stride = floor(div<Tensor2D>(add(others, 0.5), 255));
  const still = sub<Tensor2D>(1, step(stride)); // 1 for a channel that stays
  const ranks = add<Tensor2D>(below, add(floor(mul(stride, 0.5)), 0.5));
  const moved = clipByValue(floor(div<Tensor2D>(ranks, add(stride, still))), 0, 255);
  const same = tensor2d(Float32Array.from(upTo(256)), [1, 256]);
  return div(add(mul(moved, sub(1, still)), mul(same, still)), 255);
}
