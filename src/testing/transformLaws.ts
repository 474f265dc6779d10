import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { type Arbitrary, nat, tuple } from 'fast-check';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkIntegers, checkNumbers, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import type { Seed } from '../random/index.js';
import type { Transform } from '../transforms/index.js';
import { checkPerImage } from './drawsPerImage.js';
import { pictures } from './images.js';
import { type LawRuns, runLaws } from './runLaws.js';
import { seeds } from './seeds.js';
import { shrinkingShapes } from './shrinkingShapes.js';
import { rangeOf, type SizeRange } from './sizes.js';
import { describeData, type TensorData } from './tensorData.js';
import { subject, transformChecks } from './transformChecks.js';

/** Batches that laws are tried on. */
export interface LawInputs {
  /**
   * Shapes to try, of any rank, filled as {@link images} are; those of a counterexample shrink down to sizes of 1. Name one
   * or two where the backend compiles for every new shape.
   * @defaultValue batches of 1 to 4 images, 8 to 12 pixels a side
   */
  readonly shapes?: readonly (readonly number[])[];
  /** Channels of the images, where no shapes are given. @defaultValue 3 */
  readonly channels?: SizeRange;
  /** Batches of your own in place of shapes, such as {@link clips} or {@link embeddings} give. @defaultValue none */
  readonly inputs?: Arbitrary<TensorData>;
  /** Seeds to draw with. @defaultValue `seeds()` */
  readonly seeds?: Arbitrary<Seed>;
}

/** Options of {@link transformLaws}: what to try, and what the transform claims. */
export interface TransformLawsOptions extends LawInputs, LawRuns {
  /** Where results lie, ends included; null for any finite number. @defaultValue [0, 1] */
  readonly range?: readonly [min: number, max: number] | null;
  /** dtype of results. @defaultValue 'float32' */
  readonly dtype?: string;
  /** How far apart an image may come out in batches of two sizes, \>= 0. @defaultValue 2e-6 */
  readonly tolerance?: number;
  /** Whether image i is the same whatever the size of the batch. @defaultValue true */
  readonly batchIndependent?: boolean;
  /** Whether every image has a draw of its own; a transform that draws nothing passes too. @defaultValue true */
  readonly perImage?: boolean;
}

/**
 * Checks that a transform keeps the laws of transforms, on any backend and under any test runner:
 *
 * - it takes its input, leaves it alone, and leaves no tensor behind but its result;
 * - the result has the shape that `outputShape` says, the dtype, and finite numbers in range;
 * - it does not call `Math.random`, and `sample` makes no tensor;
 * - parameters are plain data that JSON keeps, and `apply` with them gives the same result to the last bit;
 * - the seed decides: the same draws and the same result later, after other draws, from the number or its key;
 * - image i does not depend on the size of the batch;
 * - images of one batch differ in their draws: over 16 seeds, some two copies of one image come out different.
 *
 * @param transform - The transform.
 * @param options - What to try, and what the transform claims.
 * @returns Nothing; the promise is rejected where a law is broken.
 * @throws Error that names the law, what was expected and got, the shrunk counterexample and how to replay it;
 * RangeError if an option is out of range.
 * @example
 * ```ts
 * import { transformLaws } from 'selfsup/testing';
 * import { randomHorizontalFlip } from 'selfsup/transforms';
 * await transformLaws(randomHorizontalFlip(), { shapes: [[4, 5, 6, 3]], numRuns: 3 });
 * ```
 */
export async function transformLaws<P, X extends Tensor = Tensor4D>(
  transform: Transform<P, X>,
  options: TransformLawsOptions = {},
): Promise<void> {
  const halves = [transform, transform?.sample, transform?.apply, transform?.outputShape];
  if (!halves.every((half) => typeof half === 'function')) {
    throw new RangeError(
      `transformLaws: transform must be callable, with sample, apply and outputShape, got ${show(transform)}.`,
    );
  }
  const where = `transformLaws(${transform.name || 'transform'})`;
  const {
    range = [0, 1],
    dtype = 'float32',
    tolerance = 2e-6,
    batchIndependent = true,
    perImage = true,
  } = checkOptions('transformLaws', options, [
    'range',
    'dtype',
    'tolerance',
    'batchIndependent',
    'perImage',
    'shapes',
    'channels',
    'inputs',
    'seeds',
    'numRuns',
    'seed',
    'path',
  ]);
  checkFlags('transformLaws', { batchIndependent, perImage });
  checkNumbers(where, { tolerance: [tolerance, 0] });
  const inputs = lawInputs(where, options);
  const drawnSeeds = options.seeds ?? seeds();
  const checks = transformChecks(transform, { range, dtype, tolerance, batchIndependent });
  await runLaws(
    {
      where,
      subjects: tuple(inputs, drawnSeeds, nat(9)).map(([x, seed, part]) => subject(transform, x, seed, part)),
      laws: checks,
      describe: ({ x, seed }) => `${describeData(x)}; seed of the transform ${show(seed)}`,
    },
    options,
  );
  if (perImage) await checkPerImage(where, transform, { inputs, seeds: drawnSeeds, tolerance }, options);
}

/** Batch, height and width of what is tried by default. */
const BATCHES = [
  [4, 8, 8],
  [3, 9, 12],
  [2, 12, 10],
  [1, 8, 11],
] as const;

/** The batches that options describe. */
export function lawInputs(where: string, { inputs, shapes, channels = 3 }: LawInputs): Arbitrary<TensorData> {
  if (inputs !== undefined && shapes !== undefined) throw new RangeError(`${where}: give inputs or shapes, got both.`);
  if (inputs !== undefined) return inputs;
  if (shapes !== undefined) return pictures(shrinkingShapes(where, shapes));
  const [least, most] = rangeOf(where, 'channels', channels);
  checkIntegers(where, { 'channels (min)': [least, 1], 'channels (max)': [most, least] });
  const all = Array.from({ length: most - least + 1 }, (_, i) =>
    BATCHES.map((batch): readonly number[] => [...batch, least + i]),
  );
  return pictures(shrinkingShapes(where, all.flat()));
}
