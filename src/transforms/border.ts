import type { Placement } from './placement.js';

/** What lies outside an image that is moved: `'zeros'` (black, fading over half a pixel), or its `'edge'` continued. */
export type Border = 'zeros' | 'edge';

/** A step that keeps the size of images and moves their pixels by a matrix each. */
export function keepSize(
  [, height = 0, width = 0]: readonly number[],
  matrices: readonly (readonly number[])[],
  border: Border = 'zeros',
): Placement {
  const step = { from: [height, width], size: [height, width], matrices } as const;
  return border === 'zeros' ? step : { ...step, boxes: matrices.map(() => [0, 0, height, width]) };
}
