import { clone, type Tensor3D } from '@tensorflow/tfjs-core';
import { type Blend, blend, brightnessBlend, contrastBlend, KEEP, saturationBlend } from './blend.js';
import { shiftHue } from './hue.js';
import { inTurn } from './inTurn.js';

/** Names of the adjustments, in the numbering of `order`. */
export const ADJUSTMENTS = ['brightness', 'contrast', 'saturation', 'hue'] as const;
const HUE = 3;

/** Parameters of {@link colorJitter}, one entry per image. Factors of 1 and a hue of 0 change nothing. */
export interface ColorJitterParams {
  /** Order of the adjustments: a permutation of 0 brightness, 1 contrast, 2 saturation, 3 hue. */
  readonly order: number[][];
  /** Factor of brightness, >= 0. */
  readonly brightness: number[];
  /** Factor of contrast, >= 0. */
  readonly contrast: number[];
  /** Factor of saturation, >= 0. */
  readonly saturation: number[];
  /** Share of a turn that the hue moves by, in [-0.5, 0.5]. */
  readonly hue: number[];
}

/**
 * Jitters planes [channels, batch, pixels], every image in its own order. The three linear adjustments are one operation
 * ({@link blend}), so all images take one together whatever their order; hue, the dear one, runs once, between up to three
 * of them that come before it and up to three that come after.
 */
export function jitterPlanes(planes: Tensor3D, params: ColorJitterParams): Tensor3D {
  const batch = params.order.length;
  const turns = params.hue.some((turn) => turn !== 0);
  const before: Blend[][] = [];
  const after: Blend[][] = [];
  for (let i = 0; i < batch; i++) {
    const order = params.order[i] as number[];
    const split = turns ? order.indexOf(HUE) : order.length;
    before.push(order.slice(0, split).flatMap((which) => linear(which, params, i)));
    after.push(order.slice(split + 1).flatMap((which) => linear(which, params, i)));
  }
  const turn = (current: Tensor3D): Tensor3D => shiftHue(current, params.hue);
  return inTurn(() => clone(planes), ...rounds(before), ...(turns ? [turn] : []), ...rounds(after));
}

/** The blend of an adjustment for image i; none for hue, and none where it changes nothing. */
function linear(which: number, params: ColorJitterParams, i: number): Blend[] {
  const factor = params[ADJUSTMENTS[which] as (typeof ADJUSTMENTS)[number]][i] as number;
  if (which === HUE || factor === 1) return [];
  return [[brightnessBlend, contrastBlend, saturationBlend][which]?.(factor) ?? KEEP];
}

/** Steps that apply the first blend of every image, then the second, then the third; images with fewer wait. */
function rounds(blends: readonly (readonly Blend[])[]): ((planes: Tensor3D) => Tensor3D)[] {
  const count = Math.max(0, ...blends.map((list) => list.length));
  return Array.from({ length: count }, (_, round) => {
    const each = blends.map((list) => list[round] ?? KEEP);
    return (planes) => blend(planes, each);
  });
}
