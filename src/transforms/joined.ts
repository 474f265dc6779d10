import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { inTurn } from './inTurn.js';
import type { Placement } from './placement.js';
import { fromPlanes, toPlanes } from './planes.js';
import { resample } from './resample.js';
import type { ApplyOptions, Transform } from './transform.js';

/** A transform with the parameters drawn for it. */
export interface Drawn<X extends Tensor> {
  readonly transform: Transform<unknown, X>;
  readonly params: unknown;
}

/** Applies transforms in turn, geometric ones in a row by one resampling and those of colour in a row on the same planes. */
export function joined<X extends Tensor>(x: X, drawn: readonly Drawn<X>[], options: Required<ApplyOptions>): X {
  const [first, ...rest] = runsOf(drawn, x.shape).map((run) => (y: X) => applyRun(y, run, options));
  return first === undefined ? x : inTurn(() => first(x), ...rest);
}

/** The placements of transforms in a row, or null where one has none. */
export function placementsOf<X extends Tensor>(
  drawn: readonly Drawn<X>[],
  shape: readonly number[],
): readonly Placement[] | null {
  const runs = runsOf(drawn, shape);
  return runs.length === 1 && runs[0]?.kind === 'geometry' ? runs[0].placements : null;
}

/** Transforms in a row that are applied together. */
interface Run<X extends Tensor> {
  readonly kind: 'geometry' | 'planes' | 'own';
  readonly drawn: Drawn<X>[];
  readonly placements: Placement[];
}

function runsOf<X extends Tensor>(drawn: readonly Drawn<X>[], shape: readonly number[]): Run<X>[] {
  const runs: Run<X>[] = [];
  let current = shape;
  for (const one of drawn) {
    const { transform, params } = one;
    const placements = transform.geometry?.(current, params) ?? null;
    const kind = placements ? 'geometry' : transform.applyPlanes ? 'planes' : 'own';
    const last = runs[runs.length - 1];
    if (last !== undefined && last.kind === kind && kind !== 'own') {
      last.drawn.push(one);
      last.placements.push(...(placements ?? []));
    } else {
      runs.push({ kind, drawn: [one], placements: [...(placements ?? [])] });
    }
    current = transform.outputShape(current);
  }
  return runs;
}

function applyRun<X extends Tensor>(x: X, { kind, drawn, placements }: Run<X>, options: Required<ApplyOptions>): X {
  const [first, ...more] = drawn as [Drawn<X>, ...Drawn<X>[]];
  if (more.length === 0) return first.transform.apply(x, first.params, options);
  const images = x as unknown as Tensor4D; // what has a geometry or works on planes takes images
  if (kind === 'geometry') return resample(images, placements, options) as unknown as X;
  const steps = drawn.map(({ transform, params }) => (planes: ReturnType<typeof toPlanes>) => {
    if (!transform.applyPlanes) throw new Error('joined: a transform of colour lost its applyPlanes.');
    return transform.applyPlanes(planes, params, x.shape);
  });
  return fromPlanes(
    inTurn(() => toPlanes(images), ...steps),
    x.shape,
  ) as unknown as X;
}
