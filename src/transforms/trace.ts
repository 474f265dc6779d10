import { IDENTITY, isAxisAligned, type Placement } from './placement.js';
import type { Interpolation } from './transform.js';

/** Places that every pixel of a result reads in the first input, image after image, row after row. */
export interface Places {
  /** `[height, width]` of the result. */
  readonly size: readonly [height: number, width: number];
  /** Line of each place, inside the input; whole numbers for `'nearest'`. */
  readonly ys: Float32Array;
  /** Column of each place. */
  readonly xs: Float32Array;
  /** Share of the place's value that counts, 0 outside the input of some step; undefined where all count whole. */
  readonly weights: Float32Array | undefined;
}

/** Rows of an axis that the places of every image read: a first one, and where its share is not 0, the one after it. */
export interface AxisPlaces {
  /** Places of one image. */
  readonly count: number;
  /** Number of the first row, image after image. */
  readonly firsts: Int32Array;
  /** What the first row counts. */
  readonly shares: Float32Array;
  /** What the one after it counts. */
  readonly seconds: Float32Array;
}

/** Lines and columns of every image, where the places of the result are their crossings. */
export interface GridPlaces {
  /** `[height, width]` of the result. */
  readonly size: readonly [height: number, width: number];
  readonly lines: AxisPlaces;
  readonly columns: AxisPlaces;
}

/** Follows lines and columns of the last step's result back through all steps; null where a step turns or shears them. */
export function traceGrid(
  placements: readonly Placement[],
  batch: number,
  interpolation: Interpolation,
): GridPlaces | null {
  if (!placements.every(({ matrices }) => matrices.every(isAxisAligned))) return null;
  const { size } = placements[placements.length - 1] as Placement;
  const sharp = interpolation === 'nearest';
  const axis = (count: number, of: (step: Step) => [number, number, Axis]): AxisPlaces => {
    const places = {
      count,
      firsts: new Int32Array(batch * count),
      shares: new Float32Array(batch * count),
      seconds: new Float32Array(batch * count),
    };
    for (let i = 0; i < batch; i++) {
      const steps = placements.map((placement) => stepOf(placement, i, sharp)).reverse();
      traceAxis(steps, places, i * count, of);
    }
    return places;
  };
  return {
    size,
    lines: axis(size[0], ({ matrix, y }) => [matrix[4] as number, matrix[5] as number, y]),
    columns: axis(size[1], ({ matrix, x }) => [matrix[0] as number, matrix[2] as number, x]),
  };
}

/** Follows every pixel of the last step's result back through all steps. */
export function trace(placements: readonly Placement[], batch: number, interpolation: Interpolation): Places {
  const { size } = placements[placements.length - 1] as Placement;
  const pixels = size[0] * size[1];
  const places = {
    size,
    ys: new Float32Array(batch * pixels),
    xs: new Float32Array(batch * pixels),
    weights: new Float32Array(batch * pixels),
  };
  let whole = true;
  for (let i = 0; i < batch; i++) {
    const steps = placements.map((placement) => stepOf(placement, i, interpolation === 'nearest')).reverse();
    whole = tracePixels(steps, places, i * pixels) && whole;
  }
  if (interpolation === 'nearest') for (const axis of [places.ys, places.xs]) round(axis);
  return { ...places, weights: whole ? undefined : places.weights };
}

/** One step of one image. */
interface Step {
  readonly matrix: readonly number[];
  readonly x: Axis;
  readonly y: Axis;
}

/** What happens to a coordinate after the matrix: clamped to the box, then weighed by how far inside the input it lies. */
interface Axis {
  readonly least: number;
  readonly most: number;
  readonly last: number;
  readonly sharp: boolean;
}

function stepOf({ matrices, boxes, from }: Placement, i: number, sharp: boolean): Step {
  const [top = Number.NEGATIVE_INFINITY, left = Number.NEGATIVE_INFINITY, height = 0, width = 0] = boxes?.[i] ?? [];
  const axis = (start: number, length: number, size: number): Axis => ({
    least: start,
    most: start === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : start + length - 1,
    last: size - 1,
    sharp,
  });
  return { matrix: matrices[i] ?? IDENTITY, x: axis(left, width, from[1]), y: axis(top, height, from[0]) };
}

const clamp = (value: number, least: number, most: number): number =>
  value < least ? least : value > most ? most : value;

/** Share of an input axis at a place: 1 inside, 0 from one pixel outside on; all or nothing where sharp. */
function inside(place: number, { last, sharp }: Axis): number {
  const beyond = place < 0 ? -place : place > last ? place - last : 0;
  if (beyond === 0) return 1;
  return sharp ? (place >= -0.5 - EPSILON && place < last + 0.5 - EPSILON ? 1 : 0) : Math.max(0, 1 - beyond);
}

/** Half-way between two pixels belongs to the later one, whatever the last bit of the place says. */
const EPSILON = 1e-6;

function round(axis: Float32Array): void {
  for (let p = 0; p < axis.length; p++) axis[p] = Math.floor((axis[p] as number) + 0.5 + EPSILON);
}

/** One axis of one image. */
function traceAxis(
  steps: readonly Step[],
  { count, firsts, shares, seconds }: AxisPlaces,
  start: number,
  of: (step: Step) => [number, number, Axis],
): void {
  const along = steps.map(of);
  for (let k = 0; k < count; k++) {
    let [place, share] = [k, 1];
    let sharp = false;
    for (const [scale, offset, axis] of along) {
      place = clamp(scale * place + offset, axis.least, axis.most);
      share *= inside(place, axis);
      place = clamp(place, 0, axis.last);
      sharp = axis.sharp;
    }
    const first = Math.floor(sharp ? place + 0.5 + EPSILON : place);
    const rest = sharp ? 0 : place - first;
    firsts[start + k] = first;
    shares[start + k] = share * (1 - rest);
    seconds[start + k] = share * rest;
  }
}

/** The arrays of {@link Places}, all there. */
type Filled = Places & { readonly weights: Float32Array };

function tracePixels(steps: readonly Step[], { size, ys, xs, weights }: Filled, start: number): boolean {
  let [at, whole] = [start, true];
  for (let line = 0; line < size[0]; line++) {
    for (let column = 0; column < size[1]; column++, at++) {
      let [x, y, share] = [column, line, 1];
      for (const { matrix: m, x: across, y: down } of steps) {
        const scale = (m[6] as number) * x + (m[7] as number) * y + (m[8] as number);
        const moved = ((m[0] as number) * x + (m[1] as number) * y + (m[2] as number)) / scale;
        const sunk = ((m[3] as number) * x + (m[4] as number) * y + (m[5] as number)) / scale;
        const [nextX, nextY] = [clamp(moved, across.least, across.most), clamp(sunk, down.least, down.most)];
        // Behind the horizon of a perspective there is nothing.
        share *= scale > 0 ? inside(nextX, across) * inside(nextY, down) : 0;
        x = clamp(nextX, 0, across.last);
        y = clamp(nextY, 0, down.last);
      }
      ys[at] = share > 0 ? y : 0;
      xs[at] = share > 0 ? x : 0;
      weights[at] = share;
      whole = whole && share === 1;
    }
  }
  return whole;
}
