import { concat, reshape, type Tensor2D, type Tensor3D, tidy } from '@tensorflow/tfjs-core';
import { takeImages } from './takeImages.js';
import { partsPay, sizesArePrograms } from './ways.js';

/** Images that go through the same steps. */
export interface ImageGroup {
  /** Which, by their place in the batch; each in one group at most, though it may be there twice. */
  readonly images: readonly number[];
  /** The steps, on planes `[channels, images.length, pixels]`. */
  readonly change: (part: Tensor3D) => Tensor3D;
}

/**
 * Changes some images of colour planes `[channels, batch, pixels]`; those in no group stay as they are. A single group of
 * all images has them in order.
 */
export function changeImages(planes: Tensor3D, groups: readonly ImageGroup[]): Tensor3D {
  const [channels, batch, pixels] = planes.shape;
  if (groups.length === 0) return planes;
  const [first, ...others] = groups as [ImageGroup, ...ImageGroup[]];
  if (others.length === 0 && first.images.length === batch) return first.change(planes);
  return tidy(() => {
    const rows: Tensor2D = reshape(planes, [channels * batch, pixels]);
    const changed = groups.map(({ images, change }) =>
      tidy(() => {
        const part = takeImages(rows, rowsOf(images, channels, batch));
        return reshape(change(reshape(part, [channels, images.length, pixels])), [part.shape[0], pixels]) as Tensor2D;
      }),
    );
    // Where each row stands in the unchanged ones with the changed ones below.
    const places = Int32Array.from({ length: channels * batch }, (_, row) => row);
    let next = channels * batch;
    for (const { images } of groups) for (const row of rowsOf(images, channels, batch)) places[row] = next++;
    return reshape(takeImages(concat([rows, ...changed]), places), planes.shape);
  });
}

/**
 * Cuts a list of images, few of those in the batch, into parts for steps that only they take. Where every size is a program,
 * all parts have one, a quarter of the batch: the last is filled up with its first image.
 */
export function partsOf(images: readonly number[], batch: number, numbersPerImage: number): number[][] {
  if (partsPay()) return cacheSized(images, numbersPerImage);
  const size = sizesArePrograms() ? Math.ceil(batch / 4) : images.length;
  const parts: number[][] = [];
  for (let start = 0; start < images.length; start += size) {
    const part = images.slice(start, start + size);
    parts.push([...part, ...new Array<number>(size - part.length).fill(part[0] as number)]);
  }
  return parts;
}

/** Cuts a list of images into parts that fit a processor's cache, whose limits bind long chains of elementwise steps. */
export function cacheSized(images: readonly number[], numbersPerImage: number): number[][] {
  const most = partsPay() ? Math.max(1, Math.floor(CACHED / numbersPerImage)) : images.length;
  const parts: number[][] = [];
  for (let start = 0; start < images.length; start += most) parts.push(images.slice(start, start + most));
  return parts;
}

/** 1 MB of float32. */
const CACHED = 2 ** 18;

/** Rows of `[channels * batch]` that belong to images. */
export function rowsOf(images: readonly number[], channels: number, batch: number): number[] {
  return Array.from({ length: channels }, (_, c) => images.map((i) => c * batch + i)).flat();
}
