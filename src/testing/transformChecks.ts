import type { Tensor } from '@tensorflow/tfjs-core';
import { foldIn, randomKey, type Seed } from '../random/index.js';
import type { Transform } from '../transforms/index.js';
import { Broken, threw } from './broken.js';
import { checkCall, checkPure, only } from './callChecks.js';
import { checkRange, checkSame } from './compare.js';
import { type Observed, observe, tensorsMade } from './observe.js';
import { unplain } from './plain.js';
import { type Law, TAKES } from './runLaws.js';
import { firstEntries, type TensorData } from './tensorData.js';

/** One batch with a seed, and the transform's result on it, computed once. */
export interface TransformSubject {
  readonly x: TensorData;
  readonly seed: Seed;
  /** Says which smaller batch the result is compared with. */
  readonly part: number;
  first(): Promise<Observed>;
}

/** What a transform claims; see the options of transformLaws. */
export interface TransformClaims {
  readonly range: readonly [number, number] | null;
  readonly dtype: string;
  readonly tolerance: number;
  readonly batchIndependent: boolean;
}

/** A subject whose result is computed when a law first asks for it. */
export function subject<P, X extends Tensor>(
  transform: Transform<P, X>,
  x: TensorData,
  seed: Seed,
  part: number,
): TransformSubject {
  let once: Promise<Observed> | undefined;
  const first = (): Promise<Observed> => {
    once ??= observe<[X]>([x], (tensor) => transform(tensor, seed)).catch((error) => {
      throw threw('it', error, TAKES);
    });
    return once;
  };
  return { x, seed, part, first };
}

/** The laws of transforms, in the order in which they build on each other. */
export function transformChecks<P, X extends Tensor>(
  transform: Transform<P, X>,
  { range, dtype, tolerance, batchIndependent }: TransformClaims,
): Law<TransformSubject>[] {
  const drawn = ({ x, seed }: TransformSubject): P => transform.sample(x.shape, seed);
  const laws: Law<TransformSubject>[] = [
    { name: TAKES, check: async ({ first }) => void only(await first()) },
    ...checkCall<TransformSubject>(({ first }) => first(), 1),
    {
      name: 'has the shape that outputShape says',
      check: async ({ x, first }) => {
        const [shape, said] = [only(await first()).shape, transform.outputShape(x.shape)];
        if (String(shape) !== String(said)) {
          throw new Broken(`shape [${said.join(', ')}], as outputShape says`, `[${shape.join(', ')}]`);
        }
      },
    },
    {
      name: 'has the dtype',
      check: async ({ first }) => {
        const got = only(await first()).dtype;
        if (got !== dtype) throw new Broken(`dtype ${dtype}`, got);
      },
    },
    { name: 'stays in range', check: async ({ first }) => checkRange('the result', only(await first()), range) },
    checkPure(({ first }) => first()),
    {
      name: 'sample makes no tensor',
      check: async (it) => {
        const made = tensorsMade(() => drawn(it));
        if (made !== 0) throw new Broken('sample to make no tensor', `${made} made`);
      },
    },
    {
      name: 'parameters survive JSON',
      check: async (it) => {
        const fault = unplain(drawn(it), 'params');
        if (fault !== null) throw new Broken('plain numbers, strings, booleans, null, arrays and objects', fault);
      },
    },
    {
      name: 'the seed decides',
      check: async (it) => {
        const before = JSON.stringify(drawn(it));
        for (const i of [1, 2, 3]) transform.sample(it.x.shape, foldIn(it.seed, i));
        const after = JSON.stringify(transform.sample(it.x.shape, randomKey(it.seed)));
        if (before !== after) throw new Broken(`sample to draw ${cut(before)} again`, cut(after));
        const again = await observe<[X]>([it.x], (x) => transform(x, randomKey(it.seed)));
        checkSame('the same result after other draws', only(again), only(await it.first()));
      },
    },
    {
      name: 'replays from its parameters',
      check: async (it) => {
        const text = JSON.stringify(drawn(it));
        const params = JSON.parse(text) as P;
        const replayed = await observe<[X]>([it.x], (x) => transform.apply(x, params));
        checkSame('apply(x, sample(x.shape, seed)) to be transform(x, seed)', only(replayed), only(await it.first()));
        const now = JSON.stringify(params);
        if (now !== text) throw new Broken(`apply to leave its parameters as they were, ${cut(text)}`, cut(now));
        if (replayed.damage !== null) throw new Broken('apply to leave its input alone', replayed.damage);
        if (replayed.kept !== 1)
          throw new Broken('live tensors to grow by 1, the result of apply', `${replayed.kept} more`);
      },
    },
  ];
  if (!batchIndependent) return laws;
  return [
    ...laws,
    {
      name: 'image i does not depend on the size of the batch',
      check: async ({ x, seed, part, first }) => {
        const [batch = 1] = x.shape;
        if (batch === 1) return;
        const count = 1 + (part % (batch - 1));
        const fewer = await observe<[X]>([firstEntries(x, count)], (tensor) => transform(tensor, seed));
        const all = firstEntries(only(await first()), count);
        checkSame(`the first ${count} of ${batch} images as in a batch of ${count}`, all, only(fewer), tolerance);
      },
    },
  ];
}

function cut(text: string | undefined): string {
  return text === undefined ? 'nothing' : text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
