import type { Pictures, PixelAt } from './pictures.js';

/** How a channel is distributed. */
export interface ChannelMoments {
  readonly mean: number;
  readonly deviation: number;
  readonly least: number;
  readonly most: number;
}

/** Mean, deviation and extremes of each channel of a picture. */
export function channelMoments(at: PixelAt, { height, width, channels }: Pictures): ChannelMoments[] {
  return Array.from({ length: channels }, (_, c) => {
    let [sum, squares, least, most] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const v = at(y, x, c);
        [sum, squares, least, most] = [sum + v, squares + v * v, Math.min(least, v), Math.max(most, v)];
      }
    }
    const mean = sum / (height * width);
    return { mean, deviation: Math.sqrt(Math.max(0, squares / (height * width) - mean * mean)), least, most };
  });
}

/** In place, and by one pixel to each side. */
const SHIFTS = [
  [0, 0],
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
] as const;

/** How each channel goes together with the first when it is shifted by a pixel: what chromatic aberration leaves. */
export function channelOffsets(
  at: PixelAt,
  { height, width }: Pictures,
  [first, ...others]: readonly ChannelMoments[],
): number[] {
  const { mean, deviation } = first as ChannelMoments;
  return others.flatMap((other, k) => {
    const scale = deviation * other.deviation * height * width;
    return SHIFTS.map(([dy, dx]) => {
      let sum = 0;
      for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
        for (let x = Math.max(0, -dx); x < Math.min(width, width - dx); x++) {
          sum += (at(y, x, 0) - mean) * (at(y + dy, x + dx, k + 1) - other.mean);
        }
      }
      return scale > 0 ? sum / scale : 0;
    });
  });
}
