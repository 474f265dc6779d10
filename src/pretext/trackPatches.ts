import {
  add,
  argMin,
  avgPool,
  cast,
  clipByValue,
  depthwiseConv2d,
  div,
  floor,
  gatherND,
  mul,
  type Rank,
  reshape,
  slice,
  square,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  type Tensor5D,
  tensor2d,
  tensor3d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';

/** A place per clip, in whole pixels: float32 `[batch]` each, known to the backend only. */
export type Places = {
  readonly top: Tensor1D;
  readonly left: Tensor1D;
};

/** Frame t of every clip: `[batch, height, width, channels]`, or `[batch, height, width]` of grey clips. */
export function frameOf(clips: Tensor5D, t: number): Tensor4D;
export function frameOf(clips: Tensor4D, t: number): Tensor3D;
export function frameOf(clips: Tensor4D | Tensor5D, t: number): Tensor3D | Tensor4D {
  const [batch, frames, ...image] = clips.shape as [number, number, ...number[]];
  const size = image.reduce((product, n) => product * n, 1);
  const rows: Tensor3D = reshape(clips, [batch, frames, size]);
  return reshape<Rank>(slice(rows as Tensor, [0, t, 0], [batch, 1, size]), [batch, ...image]) as Tensor3D;
}

/** Row and column of each index into rows of so many columns. */
export function unravel(index: Tensor1D, columns: number): Places {
  const k: Tensor1D = cast(index, 'float32');
  const top = floor(div<Tensor1D>(add(k, 0.5), columns)); // the half keeps a quotient that rounds down from being short by one
  return { top, left: sub<Tensor1D>(k, mul(top, columns)) };
}

/**
 * Square patches of frames `[batch, height, width, ...]`: `[batch * size², ...]`. Coordinates, not flat indices: those are
 * exact in half precision too.
 */
export function cutPatches(frame: Tensor, { top, left }: Places, size: number): Tensor {
  const batch = top.shape[0];
  const grid: number[] = [];
  for (let i = 0; i < batch; i++) {
    for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) grid.push(i, y, x);
  }
  return tidy(() => {
    const corner = mul(reshape(top, [batch, 1]), tensor2d([[0, 1, 0]]));
    const moved = add(corner, mul(reshape(left, [batch, 1]), tensor2d([[0, 0, 1]])));
    const places = add(tensor3d(grid, [batch, size * size, 3], 'float32'), reshape(moved, [batch, 1, 3]));
    return gatherND(frame, cast(reshape(places, [batch * size * size, 3]), 'int32'));
  });
}

/** Size of a patch and how far to look for it, in pixels. */
export interface TrackOptions {
  readonly size: number;
  readonly search: number;
}

/** Where a patch is in every frame of grey clips `[batch, frames, height, width]`, from its place in the first. */
export function trackPatches(gray: Tensor4D, start: Places, options: TrackOptions): Places[] {
  const track = [start];
  for (let t = 1; t < (gray.shape[1] as number); t++) {
    track.push(tidy(() => nextPlaces(frameOf(gray, t - 1), frameOf(gray, t), track[t - 1] as Places, options)));
  }
  return track;
}

/** Added to the mean squared difference per squared pixel of displacement: decides where all are equal, such as flat areas. */
const NEARER = 1e-6;

/** One step of block matching: the least squared difference over all displacements of the search window. */
function nextPlaces(now: Tensor3D, next: Tensor3D, at: Places, { size, search }: TrackOptions): Places {
  const [batch, height, width] = now.shape;
  const [wide, reach] = [size + 2 * search, 2 * search + 1];
  const corner: Places = {
    top: clipByValue(sub<Tensor1D>(at.top, search), 0, height - wide),
    left: clipByValue(sub<Tensor1D>(at.left, search), 0, width - wide),
  };
  // Clips as lanes: one depthwise convolution is the correlation of every clip's window with its own template.
  const lanes = (frame: Tensor3D, places: Places, side: number): Tensor2D =>
    transpose(reshape<Rank.R2>(sub(cutPatches(frame, places, side), 0.5), [batch, side * side]));
  const window: Tensor4D = reshape(lanes(next, corner, wide), [1, wide, wide, batch]);
  const template: Tensor4D = reshape(lanes(now, at, size), [size, size, batch, 1]);
  const products = mul(depthwiseConv2d(window, template, 1, 'valid'), 2 / size ** 2);
  const difference = sub(avgPool(square(window), size, 1, 'valid'), products); // but for the template's own square
  const away = (places: Tensor1D, from: Tensor1D, shape: [number, number, number]): Tensor3D =>
    square(sub<Tensor3D>(tensor3d(steps(reach), shape), reshape(sub(places, from), [1, 1, batch])));
  const distance = add<Tensor3D>(away(at.top, corner.top, [reach, 1, 1]), away(at.left, corner.left, [1, reach, 1]));
  const cost: Tensor2D = reshape(add(difference, mul(distance, NEARER)), [reach * reach, batch]);
  const { top, left } = unravel(argMin<Tensor1D>(transpose(cost), 1), reach);
  return { top: add<Tensor1D>(corner.top, top), left: add<Tensor1D>(corner.left, left) };
}

function steps(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k);
}
