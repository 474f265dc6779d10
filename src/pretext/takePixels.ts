import { gatherND, reshape, type Tensor4D, tensor2d, tidy } from '@tensorflow/tfjs-core';

/** Where one crop of fixed size begins. */
export interface Corner {
  /** Image of the batch. */
  readonly image: number;
  readonly top: number;
  readonly left: number;
  /** Moves of each channel by whole pixels, `[down, right]`; what leaves the image reads its edge. */
  readonly shifts?: readonly (readonly [number, number])[];
}

/**
 * Crops of whole pixels, `[corners, height, width, channels]`, copied bit by bit. Runs of one pixel by `gatherND`, whose
 * kernel copies on every backend; single values where channels are moved.
 */
export function cropAt(x: Tensor4D, corners: readonly Corner[], [high, wide]: readonly [number, number]): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const moved = corners.some(({ shifts }) => shifts?.some(([down, right]) => down !== 0 || right !== 0));
  const parts = moved ? channels : 1;
  const places = new Int32Array(corners.length * high * wide * parts);
  let at = 0;
  for (const { image, top, left, shifts } of corners) {
    for (let row = top; row < top + high; row++) {
      for (let column = left; column < left + wide; column++) {
        for (let part = 0; part < parts; part++) {
          const [down, right] = moved ? (shifts?.[part] ?? STILL) : STILL;
          const y = Math.min(height - 1, Math.max(0, row + down));
          const across = Math.min(width - 1, Math.max(0, column + right));
          places[at++] = ((image * height + y) * width + across) * parts + part;
        }
      }
    }
  }
  return tidy(() => {
    const values = reshape(x, [batch * height * width * parts, channels / parts]);
    const taken = gatherND(values, tensor2d(places, [places.length, 1], 'int32'));
    return reshape(taken, [corners.length, high, wide, channels]);
  });
}

const STILL = [0, 0] as const;
