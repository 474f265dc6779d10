import { clone, type Tensor, type Tensor3D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkSeed, checkShapes, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { randomKey, type Seed } from '../random/index.js';
import type { Placement } from './placement.js';
import { fromPlanes, toPlanes } from './planes.js';
import { repeatEntries } from './repeat.js';
import { resample } from './resample.js';
import { checkEntries, checkInput, checkShape, IMAGES } from './shapes.js';
import type { ApplyOptions, Transform } from './transform.js';

/** The two halves of a transform, and what it demands of its input, for {@link makeTransform}. */
export interface TransformParts<P, X extends Tensor = Tensor4D> {
  /** Draws the parameters: plain number arrays, entry i of each from `foldIn(seed, i)` and so for image i alone. */
  sample(shape: readonly number[], seed: Seed): P;
  /**
   * Applies them to the whole batch; runs inside a `tidy` and may return `x` itself.
   * @defaultValue what `geometry` or else `applyPlanes` says; one of the three must be there
   */
  apply?(x: X, params: P, options: Required<ApplyOptions>): X;
  /** Of a transform that moves pixels: see {@link Transform.geometry}. */
  geometry?(shape: readonly number[], params: P): readonly Placement[] | null;
  /** Of a transform of colour: see {@link Transform.applyPlanes}. */
  applyPlanes?(planes: Tensor3D, params: P, shape: readonly number[]): Tensor3D;
  /** Shape of the result. @defaultValue the shape of the input */
  outputShape?(shape: readonly number[]): number[];
  /** Throws if the shape does not suit; rank, sizes and dtype are checked already. */
  check?(shape: readonly number[]): void;
  /** Throws if the parameters do not fit the shape. @defaultValue every array among them has one entry per image */
  checkParams?(params: P, shape: readonly number[]): void;
  /** See {@link Transform.repeat}. @defaultValue entry i of every array stands `times` times in a row */
  repeat?(params: P, times: number): P;
  /**
   * Axes of the input: sizes, or names for any size; null leaves the check to the parts (as `compose` does).
   * @defaultValue ['batch', 'height', 'width', 'channels']
   */
  readonly axes?: readonly (number | string)[] | null;
}

/**
 * Makes a {@link Transform} of its two halves: checks the input, the seed and that parameters fit the batch, runs `apply`
 * in a `tidy`, and never hands the input back as the result.
 *
 * @param name - Name for error messages.
 * @param parts - How to draw, how to apply, and what shapes go in and out.
 * @returns The transform.
 * @example
 * ```ts
 * import { mul, ones, type Rank, tensor4d, type Tensor4D } from '@tensorflow/tfjs-core';
 * import { foldIn, uniform } from 'selfsup/random';
 * import { makeTransform } from 'selfsup/transforms';
 *
 * const randomDim = makeTransform<{ factor: number[] }>('randomDim', {
 *   sample: ([batch = 0], seed) => ({ factor: Array.from({ length: batch }, (_, i) => uniform(foldIn(seed, i))) }),
 *   apply: (x, { factor }) => mul<Tensor4D>(x, tensor4d(factor, [factor.length, 1, 1, 1])),
 * });
 * const dimmed = randomDim(ones<Rank.R4>([2, 4, 4, 3]), 1);
 * ```
 */
export function makeTransform<P, X extends Tensor = Tensor4D>(
  name: string,
  parts: TransformParts<P, X>,
): Transform<P, X> {
  const { check = () => {}, checkParams = (params: P, shape: readonly number[]) => checkEntries(name, params, shape) } =
    checkOptions(
      'makeTransform',
      parts,
      ['sample', 'apply', 'geometry', 'applyPlanes', 'outputShape', 'check', 'checkParams', 'repeat', 'axes'],
      'parts',
    );
  const axes = parts.axes === undefined ? IMAGES : parts.axes;
  const run = parts.apply ?? defaultApply(name, parts);
  const checked = (shape: readonly number[]): void => {
    checkShape(name, shape, axes);
    check(shape);
  };
  // Of the lists that all parameters drawn so far have.
  let names: readonly string[] | undefined;
  const sample = (shape: readonly number[], seed: Seed): P => {
    checked(shape);
    checkSeed(name, seed);
    const params = parts.sample(shape, randomKey(seed));
    names = namesOf(params).filter((key) => names?.includes(key) ?? true);
    return params;
  };
  const checkedParams = (params: P, shape: readonly number[]): void => {
    if (typeof params !== 'object' || params === null) {
      throw new ShapeError(`${name}: params must be what sample returned, got ${show(params)}.`);
    }
    if (names === undefined) sample([1, ...shape.slice(1)], 0);
    const missing = names?.find((key) => !(key in params));
    if (missing !== undefined) {
      throw new ShapeError(`${name}: params.${missing} must have one entry per image (${shape[0]}), got undefined.`);
    }
    checkParams(params, shape);
  };
  const apply = (x: X, params: P, options: ApplyOptions = {}): X => {
    const { interpolation = 'bilinear' } = checkOptions(name, options, ['interpolation']);
    checkChoice(name, 'interpolation', interpolation, ['bilinear', 'nearest']);
    checkInput(name, x, axes);
    check(x.shape);
    checkedParams(params, x.shape);
    return tidy(() => {
      const result = run(x, params, { interpolation });
      return result === x ? clone(x) : result;
    });
  };
  const outputShape = (shape: readonly number[]): number[] => {
    checked(shape);
    return parts.outputShape ? parts.outputShape(shape) : [...shape];
  };
  const transform = (x: X, seed: Seed): X => {
    checkInput(name, x, axes);
    return apply(x, sample(x.shape, seed));
  };
  const repeat = (params: P, times: number): P => parts.repeat?.(params, times) ?? repeatEntries(params, times);
  Object.defineProperty(transform, 'name', { value: name });
  const { geometry, applyPlanes } = parts;
  return Object.assign(transform, {
    sample,
    apply,
    outputShape,
    repeat,
    ...(geometry && {
      geometry: (shape: readonly number[], params: P) => {
        checked(shape);
        checkedParams(params, shape);
        return geometry(shape, params);
      },
    }),
    ...(applyPlanes && {
      applyPlanes: (planes: Tensor3D, params: P, shape: readonly number[]) => {
        checked(shape);
        checkShapes(name, { planes: [planes, ['channels', 'batch', 'pixels']] });
        checkedParams(params, shape);
        return applyPlanes(planes, params, shape);
      },
    }),
  });
}

/** Names of the lists among parameters that have an entry per image: all but the parts of a transform made of others. */
function namesOf(params: unknown): string[] {
  const named = Object.entries(Object(params) as object).filter(([, value]) => Array.isArray(value));
  return Array.isArray(params) ? [] : named.map(([key]) => key).filter((key) => key !== 'steps');
}

/** What geometry or planes say of a batch of images. */
function defaultApply<P, X extends Tensor>(name: string, parts: TransformParts<P, X>): TransformApply<P, X> {
  const { geometry, applyPlanes } = parts;
  if (!geometry && !applyPlanes) {
    throw new RangeError(`makeTransform: parts of ${name} must have apply, geometry or applyPlanes, got none.`);
  }
  const onImages: TransformApply<P, Tensor4D> = (x, params, options) => {
    const placements = geometry?.(x.shape, params);
    if (placements) return resample(x, placements, options);
    if (!applyPlanes) throw new RangeError(`${name}: geometry must give placements where there is no apply, got null.`);
    const planes = toPlanes(x);
    const changed = applyPlanes(planes, params, x.shape);
    return changed === planes ? x : fromPlanes(changed, x.shape);
  };
  return onImages as unknown as TransformApply<P, X>;
}

type TransformApply<P, X> = (x: X, params: P, options: Required<ApplyOptions>) => X;
