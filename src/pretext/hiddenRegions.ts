import { foldIn, integers, type RandomKey, uniform } from '../random/index.js';

/** `[height, width]` in pixels. */
type Sides = readonly [height: number, width: number];

/** One byte per pixel of an image, 1 where hidden. Each hides a share of the pixels, up to rounding, and at least one pixel. */
export type Region = (key: RandomKey) => Uint8Array;

/** A rectangle in the middle with the image's proportions, less a border on every side. */
export function centralRegion([height, width]: Sides, ratio: number, border: number): Region {
  const [top, high] = middle(height, ratio, border);
  const [left, wide] = middle(width, ratio, border);
  return () => {
    const hidden = new Uint8Array(height * width);
    for (let y = top; y < top + high; y++) hidden.fill(1, y * width + left, y * width + left + wide);
    return hidden;
  };
}

/** Start and length of the middle of an axis. */
export function middle(length: number, ratio: number, border: number): [start: number, length: number] {
  const whole = Math.min(length, Math.max(1, Math.round(length * Math.sqrt(ratio))));
  return [Math.floor((length - whole) / 2) + border, whole - 2 * border];
}

/** Smooth blots: where noise on a coarse grid, interpolated between its points, is smallest. */
export function blots([height, width]: Sides, ratio: number, blot: number): Region {
  const pixels = height * width;
  const count = Math.max(1, Math.round(ratio * pixels));
  return (key) => {
    const [rows, columns] = [Math.ceil(height / blot) + 2, Math.ceil(width / blot) + 2];
    const grid = uniform(key, rows * columns + 2);
    const [down, across] = [grid[rows * columns] as number, grid[rows * columns + 1] as number];
    const field = new Float32Array(pixels);
    for (let p = 0; p < pixels; p++) {
      const [y, x] = [Math.floor(p / width) / blot + down, (p % width) / blot + across];
      const [row, column] = [Math.floor(y), Math.floor(x)];
      const at = (r: number, c: number): number => grid[(row + r) * columns + column + c] as number;
      const [v, u] = [ease(y - row), ease(x - column)];
      field[p] = (1 - v) * ((1 - u) * at(0, 0) + u * at(0, 1)) + v * ((1 - u) * at(1, 0) + u * at(1, 1));
    }
    const limit = quantile(field, count);
    return Uint8Array.from(field, (v) => (v < limit ? 1 : 0));
  };
}

/** Squares at drawn places, which may overlap, as long as they hide no more than the share. */
export function scatteredBlocks([height, width]: Sides, ratio: number, side: number): Region {
  const limit = Math.max(side * side, Math.round(ratio * height * width));
  // So many at most that blocks without overlap would hide four times the share.
  const tries = Math.ceil((4 * limit) / (side * side));
  return (key) => {
    const hidden = new Uint8Array(height * width);
    let count = 0;
    for (let attempt = 0; attempt < tries && count < limit; attempt++) {
      const own = foldIn(key, attempt);
      const top = integers(foldIn(own, 0), { max: height - side + 1 });
      const left = integers(foldIn(own, 1), { max: width - side + 1 });
      const places = Array.from(
        { length: side * side },
        (_, k) => (top + Math.floor(k / side)) * width + left + (k % side),
      ).filter((p) => hidden[p] === 0);
      if (count + places.length > limit) continue;
      for (const p of places) hidden[p] = 1;
      count += places.length;
    }
    return hidden;
  };
}

/** 1 for what is not hidden but at most so many lines and columns away from what is. */
export function rimOf(hidden: Uint8Array, [height, width]: Sides, overlap: number): Uint8Array {
  const rim = new Uint8Array(hidden.length);
  for (let p = 0; p < hidden.length; p++) {
    if (hidden[p] !== 1) continue;
    const [y, x] = [Math.floor(p / width), p % width];
    for (let v = Math.max(0, y - overlap); v <= Math.min(height - 1, y + overlap); v++) {
      for (let u = Math.max(0, x - overlap); u <= Math.min(width - 1, x + overlap); u++) {
        if (hidden[v * width + u] === 0) rim[v * width + u] = 1;
      }
    }
  }
  return rim;
}

/** A limit below which about so many of some numbers in [0, 1) lie: to 1/4096, without sorting them. */
function quantile(values: Float32Array, count: number): number {
  const counts = new Uint32Array(4096);
  for (const v of values) {
    const bucket = Math.floor(4096 * v);
    counts[bucket] = (counts[bucket] as number) + 1;
  }
  let [bucket, below] = [0, 0];
  while (below < count) below += counts[bucket++] as number;
  return bucket / 4096;
}

function ease(t: number): number {
  return t * t * (3 - 2 * t);
}
