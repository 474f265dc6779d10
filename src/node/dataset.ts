import type { ArrayData } from '../internal/arrayData.js';

/** Images on the host as bytes, `[n, height, width, channels]`; 0 to 255 stands for 0 to 1. */
export interface ByteImages extends ArrayData {
  /** Pixels, row-major. */
  readonly data: Uint8Array;
  /** `[n, height, width, channels]`. */
  readonly shape: readonly [number, number, number, number];
}

/** Images and the class of each. */
export interface LabelledImages {
  /** The images. */
  readonly images: ByteImages;
  /** Class of each image, `[n]`. */
  readonly labels: Int32Array;
}

/** A labelled data set with its split. */
export interface LabelledDataset {
  /** Training part. */
  readonly train: LabelledImages;
  /** Test part, null where there is none. */
  readonly test: LabelledImages | null;
  /** Name of each class, null where the files give none. */
  readonly classNames: readonly string[] | null;
}
