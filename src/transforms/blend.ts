import { add, clipByValue, mean, mul, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { inTurn } from './inTurn.js';
import { column } from './perImage.js';
import { grayPlane } from './planes.js';
import { overRow, timesEach } from './spread.js';

/** What {@link blend} does to one image: `factor * x + gray * (its grey image) + mean * (the mean of that)`. */
export interface Blend {
  readonly factor: number;
  readonly gray: number;
  readonly mean: number;
}

/** Leaves an image as it is. */
export const KEEP: Blend = { factor: 1, gray: 0, mean: 0 };
/** Brightness blends with black. */
export const brightnessBlend = (factor: number): Blend => ({ factor, gray: 0, mean: 0 });
/** Contrast blends with the mean of the grey image. */
export const contrastBlend = (factor: number): Blend => ({ factor, gray: 0, mean: 1 - factor });
/** Saturation blends with the grey image. */
export const saturationBlend = (factor: number): Blend => ({ factor, gray: 1 - factor, mean: 0 });

/**
 * The three linear colour adjustments in one: every image of the planes [channels, batch, pixels] by its own blend, clipped
 * to [0, 1]. Terms that no image needs are left out.
 */
export function blend(planes: Tensor3D, blends: readonly Blend[]): Tensor3D {
  if (blends.every((b) => b.factor === 1 && b.gray === 0 && b.mean === 0)) return clipByValue(planes, 0, 1);
  const of = (term: keyof Blend): number[] => blends.map((b) => b[term]);
  const usesGray = blends.some((b) => b.gray !== 0);
  const usesMean = blends.some((b) => b.mean !== 0);
  return inTurn(
    () => timesEach(planes, of('factor')),
    (scaled) => {
      if (!usesGray && !usesMean) return scaled;
      const gray = grayPlane(planes);
      const pixels = planes.shape[2];
      const grayTerm = (): Tensor2D => timesEach(gray, of('gray'));
      const meanTerm = (): Tensor2D => overRow(mul(mean(gray, 1, true), column(of('mean'))), pixels);
      const term = usesGray && usesMean ? add<Tensor2D>(grayTerm(), meanTerm()) : usesGray ? grayTerm() : meanTerm();
      return add(scaled, term);
    },
    (sum) => clipByValue(sum, 0, 1),
  );
}
