import { add, clone, type Tensor3D, tidy } from '@tensorflow/tfjs-core';
import { type Blend, blend, brightnessBlend, contrastBlend, KEEP, saturationBlend } from './blend.js';
import { cacheSized, changeImages } from './changeImages.js';
import { shiftHue } from './hue.js';
import { inTurn } from './inTurn.js';
import { timesEach } from './spread.js';
import { partsPay } from './ways.js';

/** Names of the adjustments, in the numbering of `order`. */
export const ADJUSTMENTS = ['brightness', 'contrast', 'saturation', 'hue'] as const;
const HUE = 3;

/** Parameters of {@link colorJitter}, one entry per image. Factors of 1 and a hue of 0 change nothing. */
export interface ColorJitterParams {
  /**
   * Order of the adjustments: 0 brightness, 1 contrast, 2 saturation, 3 hue, each at most once. `sample` draws all four; an
   * adjustment that changes nothing (a factor of 1, a hue of 0) may be left out.
   */
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
 * ({@link blend}), so all images take one together whatever their order; hue, the dear one, runs once. Where parts pay,
 * images with hue at the same place in their order go together, in parts that fit the cache: then three blends do, instead
 * of up to three before hue and three after it. Images that nothing changes are left out, or put back as they were.
 */
export function jitterPlanes(planes: Tensor3D, params: ColorJitterParams): Tensor3D {
  const [channels, , pixels] = planes.shape;
  const all = Array.from(params.order.keys());
  const changed = all.filter((i) => params.hue[i] !== 0 || linearOf(params.order[i] as number[], params, i).length > 0);
  if (changed.length === 0) return planes;
  if (!partsPay()) {
    const jittered = (): Tensor3D => jitterPart(planes, params, all);
    if (changed.length === all.length) return jittered();
    const share = all.map((i) => (changed.includes(i) ? 1 : 0));
    const rest = share.map((s) => 1 - s);
    return tidy(() => add(timesEach(jittered(), share), timesEach(planes, rest)));
  }
  const groups = new Map<number, number[]>();
  for (const i of changed) {
    const place = params.hue[i] === 0 ? -1 : (params.order[i] as number[]).indexOf(HUE);
    groups.set(place, [...(groups.get(place) ?? []), i]);
  }
  const parts = [...groups.values()].flatMap((images) => cacheSized(images, channels * pixels));
  return changeImages(
    planes,
    parts.map((images) => ({ images, change: (part) => jitterPart(part, params, images) })),
  );
}

/** Jitters the given images, which are those of the planes. */
function jitterPart(planes: Tensor3D, params: ColorJitterParams, images: readonly number[]): Tensor3D {
  const hue = images.map((i) => params.hue[i] as number);
  const turns = hue.some((turn) => turn !== 0);
  const halves = images.map((i) => {
    const order = params.order[i] as number[];
    const at = turns && order.includes(HUE) ? order.indexOf(HUE) : order.length;
    return { before: linearOf(order.slice(0, at), params, i), after: linearOf(order.slice(at), params, i) };
  });
  const [before, after] = [halves.map((half) => half.before), halves.map((half) => half.after)];
  const turn = (current: Tensor3D): Tensor3D => shiftHue(current, hue);
  return inTurn(() => clone(planes), ...rounds(before), ...(turns ? [turn] : []), ...rounds(after));
}

/** Whether an adjustment changes image i. */
export function changes(which: number, params: ColorJitterParams, i: number): boolean {
  return params[ADJUSTMENTS[which] as (typeof ADJUSTMENTS)[number]][i] !== (which === HUE ? 0 : 1);
}

/** The blends of image i among these adjustments: none for hue, and none where one changes nothing. */
function linearOf(order: readonly number[], params: ColorJitterParams, i: number): Blend[] {
  return order.flatMap((which) => {
    const factor = params[ADJUSTMENTS[which] as (typeof ADJUSTMENTS)[number]][i] as number;
    if (which === HUE || factor === 1) return [];
    return [[brightnessBlend, contrastBlend, saturationBlend][which]?.(factor) ?? KEEP];
  });
}

/** Steps that apply the first blend of every image, then the second, then the third; images with fewer wait. */
function rounds(blends: readonly (readonly Blend[])[]): ((planes: Tensor3D) => Tensor3D)[] {
  const count = Math.max(0, ...blends.map((list) => list.length));
  return Array.from({ length: count }, (_, round) => {
    const each = blends.map((list) => list[round] ?? KEEP);
    return (planes) => blend(planes, each);
  });
}
