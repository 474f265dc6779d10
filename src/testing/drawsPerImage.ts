import type { Tensor } from '@tensorflow/tfjs-core';
import { type Arbitrary, sample } from 'fast-check';
import { show } from '../internal/checks.js';
import type { Seed } from '../random/index.js';
import type { Transform } from '../transforms/index.js';
import { Broken } from './broken.js';
import { only } from './callChecks.js';
import { observe } from './observe.js';
import { type LawRuns, runLaws } from './runLaws.js';
import { describeData, firstEntries, type TensorData } from './tensorData.js';

type Numbers = Float32Array | Int32Array;

const TRIES = 16;

/** What is drawn, and how close results of two copies count as equal. */
interface Drawing {
  readonly inputs: Arbitrary<TensorData>;
  readonly seeds: Arbitrary<Seed>;
  readonly tolerance: number;
}

/**
 * Checks that images of one batch have draws of their own: copies of one image must come out different under some seed.
 * Nothing is asked of a transform whose draws or results are the same under all seeds.
 */
export async function checkPerImage<P, X extends Tensor>(
  where: string,
  transform: Transform<P, X>,
  { inputs, seeds, tolerance }: Drawing,
  { seed = 0 }: LawRuns,
): Promise<void> {
  const tried = sample(seeds, { numRuns: TRIES, seed });
  // The batch that has most to tell apart.
  const [x] = sample(inputs, { numRuns: TRIES, seed }).sort((a, b) => variety(b) - variety(a)) as [TensorData];
  const copies = Math.max(4, x.shape[0] as number); // four, so that a rare draw does not pass for one of the batch
  const draws = tried.map((s) => JSON.stringify(transform.sample([copies, ...x.shape.slice(1)], s)));
  if (new Set(draws).size === 1) return;
  /** The one result of all copies of the first image, or null if they differ. */
  const common = async (of: TensorData, s: Seed, count: number): Promise<Numbers | null> => {
    const { data } = only(await observe<[X]>([repeated(of, count)], (batch) => transform(batch, s)));
    const one = data.subarray(0, data.length / count);
    return close(data, one, tolerance) ? one : null;
  };
  let first: { readonly seed: Seed; readonly result: Numbers } | undefined;
  let other: Seed | undefined;
  for (const s of tried) {
    const result = await common(x, s, copies);
    if (result === null) return;
    first ??= { seed: s, result };
    if (!close(result, first.result, tolerance)) other ??= s;
  }
  if (first === undefined || other === undefined) return;
  const [one, two] = [first.seed, other];
  const broken = new Broken(
    `two copies of an image in one batch to come out different under some of ${TRIES} seeds`,
    `equal ones under each, though seeds ${show(one)} and ${show(two)} give different ones; if one draw for the batch is meant, claim perImage: false`,
  );
  const check = async (of: TensorData): Promise<void> => {
    const [a, b] = [await common(of, one, 2), await common(of, two, 2)];
    if (a !== null && b !== null && !close(a, b, tolerance)) throw broken;
  };
  const describe = (of: TensorData): string => `two copies of the first image of ${describeData(of)}`;
  const laws = [{ name: 'draws for each image', check }];
  await runLaws({ where, subjects: inputs, laws, describe, seedReplays: true }, { seed, numRuns: 4 * TRIES });
  throw new Error(`${where}: broken law: draws for each image\n  ${broken.message}`);
}

/** Whether numbers are those of `of`, once or several times over. */
function close(numbers: Numbers, of: Numbers, tolerance: number): boolean {
  return numbers.every((v, i) => Math.abs(v - (of[i % of.length] as number)) <= tolerance);
}

/** How many different numbers the first image holds. */
function variety(x: TensorData): number {
  return new Set(firstEntries(x, 1).data).size;
}

/** The first image, several times. */
function repeated(x: TensorData, count: number): TensorData {
  const { shape, data, dtype = 'float32' } = firstEntries(x, 1);
  const all = Float32Array.from({ length: data.length * count }, (_, i) => data[i % data.length] as number);
  return { dtype, shape: [count, ...shape.slice(1)], data: all };
}
