import { checkOptions } from '../../internal/checkOptions.js';
import { checkNumbers } from '../../internal/checks.js';
import { RangeError, ShapeError } from '../../internal/errors.js';
import { type Numbers, readLabels } from '../../internal/hostRows.js';
import { readFinite } from './readFinite.js';

/** Boxes that a detector gave, of one class. */
export interface Detections {
  /** `[n, 4]`: left, top, right, bottom. */
  readonly boxes: Numbers;
  /** Confidence of each. */
  readonly scores: Numbers;
  /** Image of each, an integer \>= 0. */
  readonly images: Numbers;
}

/** True boxes of one class. */
export interface TrueBoxes {
  /** `[m, 4]`: left, top, right, bottom. */
  readonly boxes: Numbers;
  /** Image of each, an integer \>= 0. */
  readonly images: Numbers;
  /** 1 for boxes that need not be found (VOC's difficult ones): finding them counts neither way. @defaultValue none */
  readonly optional?: Numbers;
}

/** Options of {@link detectionAP}. */
export interface DetectionAPOptions {
  /** Intersection over union from which a box counts as found, in [0, 1]. @defaultValue 0.5 */
  readonly threshold?: number;
}

/** Result of {@link detectionAP}. */
export interface DetectionAP {
  /** Area under the precision envelope: VOC 2010 and later. */
  readonly allPoint: number;
  /** Mean of the envelope at recall 0, 0.1, ..., 1: VOC 2007. */
  readonly elevenPoint: number;
  /** 1 for each detection that found a box, in their order; -1 for those that found an optional one. */
  readonly matches: number[];
}

/**
 * Average precision of detections of one class. In the order of falling scores, each detection takes the true box of its
 * image that it overlaps most; it is right if the overlap reaches the threshold and the box was not taken before.
 *
 * @param detections - Boxes, scores and images; there may be none, which gives 0. Equal scores keep their order.
 * @param truth - True boxes and their images; one at least that is not optional.
 * @param options - Overlap.
 * @returns Both averages in [0, 1], and what each detection was. The mean over classes is the caller's.
 * @throws ShapeError if numbers of boxes, scores and images differ; RangeError where a number is not finite, a box has its
 * right or bottom before its left or top, or nothing is to be found.
 * @see Everingham et al., "The PASCAL Visual Object Classes challenge", IJCV 2010, section 4.2, and its development kit.
 * Widths are right - left, without the kit's extra pixel.
 * @example
 * ```ts
 * import { detectionAP } from 'selfsup/probes';
 *
 * const found = { boxes: [[0, 0, 10, 10], [50, 50, 60, 60]], scores: [0.9, 0.8], images: [0, 0] };
 * const { allPoint } = await detectionAP(found, { boxes: [[1, 0, 10, 10]], images: [0] }); // 1
 * ```
 */
export async function detectionAP(
  detections: Detections,
  truth: TrueBoxes,
  options: DetectionAPOptions = {},
): Promise<DetectionAP> {
  const where = 'detectionAP';
  checkOptions(where, options, ['threshold']);
  const { threshold = 0.5 } = options;
  checkNumbers(where, { threshold: [threshold, 0, 1] });
  const found = await readBoxes('detections', detections.boxes);
  const real = await readBoxes('truth', truth.boxes);
  const scores = await readFinite(where, 'detections.scores', detections.scores, found.length / 4);
  const images = await readLabels(where, 'detections.images', detections.images, found.length / 4);
  const homes = await readLabels(where, 'truth.images', truth.images, real.length / 4);
  const optional = truth.optional
    ? await readLabels(where, 'truth.optional', truth.optional, homes.length)
    : new Int32Array(homes.length);
  const wanted = optional.filter((o) => o === 0).length;
  if (wanted === 0) throw new RangeError(`${where}: truth must have a box that is to be found, got none.`);

  const taken = new Uint8Array(homes.length);
  const matches = new Array<number>(scores.length).fill(0);
  const precisions: number[] = [];
  const recalls: number[] = [];
  let [right, wrong] = [0, 0];
  for (const d of [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number))) {
    let [best, overlap] = [-1, 0];
    for (const [t, home] of homes.entries()) {
      if (home !== images[d]) continue;
      const share = intersectionOverUnion(found, d, real, t);
      if (share > overlap || best < 0) [best, overlap] = [t, share];
    }
    const hit = best >= 0 && overlap >= threshold;
    if (hit && optional[best] !== 0) {
      matches[d] = -1;
      continue;
    }
    if (hit && taken[best] === 0) {
      matches[d] = taken[best] = 1;
      right += 1;
    } else wrong += 1;
    precisions.push(right / (right + wrong));
    recalls.push(right / wanted);
  }
  for (let i = precisions.length - 2; i >= 0; i--) {
    precisions[i] = Math.max(precisions[i] as number, precisions[i + 1] as number);
  }
  const allPoint = precisions.reduce((sum, p, i) => sum + p * ((recalls[i] as number) - (recalls[i - 1] ?? 0)), 0);
  const at = (recall: number): number => precisions[recalls.findIndex((r) => r >= recall)] ?? 0;
  const elevenPoint = Array.from({ length: 11 }, (_, i) => at(i / 10)).reduce((sum, p) => sum + p, 0) / 11;
  return { allPoint, elevenPoint, matches };
}

async function readBoxes(name: string, boxes: Numbers): Promise<Float64Array> {
  const values = await readFinite('detectionAP', `${name}.boxes`, boxes);
  if (values.length % 4 !== 0) {
    throw new ShapeError(`detectionAP: ${name}.boxes must have 4 numbers each, got ${values.length} in all.`);
  }
  for (let i = 0; i < values.length; i += 4) {
    const [left, top, right, bottom] = values.subarray(i, i + 4) as unknown as [number, number, number, number];
    if (right >= left && bottom >= top) continue;
    const box = [left, top, right, bottom].join(', ');
    throw new RangeError(`detectionAP: ${name}.boxes must be [left, top, right, bottom], got [${box}] at ${i / 4}.`);
  }
  return values;
}

/** 0 for two boxes without area. */
function intersectionOverUnion(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const [p, q] = [4 * i, 4 * j];
  const side = (low: number, high: number): number =>
    Math.max(
      0,
      Math.min(a[p + high] as number, b[q + high] as number) - Math.max(a[p + low] as number, b[q + low] as number),
    );
  const area = (x: Float64Array, at: number): number =>
    ((x[at + 2] as number) - (x[at] as number)) * ((x[at + 3] as number) - (x[at + 1] as number));
  const common = side(0, 2) * side(1, 3);
  const union = area(a, p) + area(b, q) - common;
  return union > 0 ? common / union : 0;
}
