import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { inTurn } from './inTurn.js';
import type { Placement } from './placement.js';
import { fromPlanes, toPlanes } from './planes.js';
import { resample, resamplePlanes } from './resample.js';
import type { ApplyOptions, Transform } from './transform.js';

/** A transform with the parameters drawn for it. */
export interface Drawn<X extends Tensor> {
  readonly transform: Transform<unknown, X>;
  readonly params: unknown;
}

/** Applies transforms in turn, geometric ones in a row by one resampling and those of colour in a row on the same planes. */
export function joined<X extends Tensor>(x: X, drawn: readonly Drawn<X>[], options: Required<ApplyOptions>): X {
  const runs = runsOf(drawn, x.shape);
  const steps = runs.flatMap((run, r) => {
    if (run.kind === 'geometry' && runs[r + 1]?.kind === 'planes') return [];
    const before = runs[r - 1];
    const moves = run.kind === 'planes' && before?.kind === 'geometry' ? before.placements : [];
    return [(y: X): X => applyRun(y, run, moves, options)];
  });
  const [first, ...rest] = steps;
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

/** Applies a run; one on planes takes over the moves before it. */
function applyRun<X extends Tensor>(
  x: X,
  { kind, drawn, placements }: Run<X>,
  moves: readonly Placement[],
  options: Required<ApplyOptions>,
): X {
  const [first, ...more] = drawn as [Drawn<X>, ...Drawn<X>[]];
  if (more.length === 0 && moves.length === 0) return first.transform.apply(x, first.params, options);
  const images = x as unknown as Tensor4D; // what has a geometry or works on planes takes images
  if (kind === 'geometry') return resample(images, placements, options) as unknown as X;
  const size = moves[moves.length - 1]?.size ?? images.shape.slice(1, 3);
  const shape = [images.shape[0], ...size, images.shape[3]];
  const steps = drawn.map(({ transform, params }) => (planes: Tensor3D) => {
    if (!transform.applyPlanes) throw new Error('joined: a transform of colour lost its applyPlanes.');
    return transform.applyPlanes(planes, params, shape);
  });
  return fromPlanes(
    inTurn(() => (moves.length > 0 ? resamplePlanes(images, moves, options) : toPlanes(images)), ...steps),
    shape,
  ) as unknown as X;
}
