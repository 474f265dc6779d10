import type { Picture } from '../pretrain/report/pictures.js';

type Colour = readonly [red: number, green: number, blue: number];

/** A picture with the outline of a square on it. */
export function boxed(picture: Picture, top: number, left: number, side: number, colour: Colour = [1, 0, 0]): Picture {
  const data = Float32Array.from(picture.data);
  for (let k = 0; k < side; k++) {
    for (const [y, x] of [
      [top, left + k],
      [top + side - 1, left + k],
      [top + k, left],
      [top + k, left + side - 1],
    ] as const) {
      data.set(colour, (y * picture.width + x) * 3);
    }
  }
  return { ...picture, data };
}

/** A colour picture, reddened where a mask of its size is 1. */
export function marked(picture: Picture, mask: ArrayLike<number>): Picture {
  const data = Float32Array.from(picture.data, (v, i) =>
    (mask[Math.floor(i / 3)] as number) < 0.5 ? v : i % 3 === 0 ? 0.4 + 0.6 * v : 0.4 * v,
  );
  return { ...picture, data };
}

/** Flow as colours: the hue is the direction (red: right, green: lower left), the saturation the length, `most` at full. */
export function flowColours(flow: ArrayLike<number>, height: number, width: number, most: number): Picture {
  const data = new Float32Array(height * width * 3);
  for (let p = 0; p < height * width; p++) {
    const [x, y] = [flow[2 * p] as number, flow[2 * p + 1] as number];
    const [hue, length] = [Math.atan2(y, x) / (2 * Math.PI) + 1, Math.min(1, Math.hypot(x, y) / most)];
    for (let c = 0; c < 3; c++) {
      const at = (hue + ((3 - c) % 3) / 3) % 1; // distance around the circle from red, green, blue
      const pure = Math.max(0, Math.min(1, 2 - 6 * Math.min(at, 1 - at)));
      data[3 * p + c] = 1 - length * (1 - pure);
    }
  }
  return { data, height, width, channels: 3 };
}

/** Longest vector of a flow, but for the longest of 100. */
export function longest(flow: ArrayLike<number>): number {
  const lengths = Array.from({ length: flow.length / 2 }, (_, p) =>
    Math.hypot(flow[2 * p] as number, flow[2 * p + 1] as number),
  ).sort((a, b) => a - b);
  return Math.max(1e-6, lengths[Math.floor(0.99 * (lengths.length - 1))] as number);
}

/** A spectrogram `[steps, bands]` with time to the right and low bands below, from its least value to its largest. */
export function spectrogramPicture(values: ArrayLike<number>, steps: number, bands: number): Picture {
  const list = Array.from({ length: steps * bands }, (_, i) => values[i] as number);
  const least = list.reduce((a, b) => Math.min(a, b));
  const most = list.reduce((a, b) => Math.max(a, b));
  const data = Float32Array.from(list, (_, i) => {
    const [y, x] = [Math.floor(i / steps), i % steps];
    return ((list[x * bands + bands - 1 - y] as number) - least) / (most - least || 1);
  });
  return { data, height: bands, width: steps, channels: 1 };
}

/** A grey picture in three channels. */
export function coloured({ data, height, width }: Picture): Picture {
  return {
    data: Float32Array.from({ length: 3 * data.length }, (_, i) => data[Math.floor(i / 3)] as number),
    height,
    width,
    channels: 3,
  };
}

/** A picture at the top left of a white one. */
export function padded({ data, height, width, channels }: Picture, high: number, wide: number): Picture {
  const out = new Float32Array(high * wide * channels).fill(1);
  for (let y = 0; y < Math.min(height, high); y++) {
    out.set(data.subarray(y * width * channels, (y * width + Math.min(width, wide)) * channels), y * wide * channels);
  }
  return { data: out, height: high, width: wide, channels };
}
