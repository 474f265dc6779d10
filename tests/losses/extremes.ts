import {
  concat,
  expandDims,
  grad,
  grads,
  mul,
  ones,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import {
  alignmentLoss,
  barlowTwinsLoss,
  infoNCELoss,
  maskedReconstructionLoss,
  ntXentLoss,
  uniformityLoss,
} from '../../src/losses/index.js';
import { FeatureQueue } from '../../src/momentum/index.js';
import { flat, hold, normals } from '../helpers/index.js';

type TwoViews = (a: Tensor2D, b: Tensor2D, temperature: number) => Scalar;

/** A loss of two views `[batch, dim]` and a temperature. */
export interface Extreme {
  readonly name: string;
  readonly loss: TwoViews;
  /** Smallest batch that it takes. */
  readonly smallest: number;
  /** Whether rows of any length must do in half precision, too. */
  readonly scaleInvariant: boolean;
  /** Whether it is differentiable in the second view. */
  readonly both: boolean;
}

const row = (name: string, loss: TwoViews, smallest = 1, scaleInvariant = true): Extreme => ({
  name,
  loss,
  smallest,
  scaleInvariant,
  both: !/^(uniformity|masked)/.test(name),
});

export const extremes: readonly Extreme[] = [
  row('ntXentLoss', (a, b, temperature) => ntXentLoss(a, b, { temperature })),
  row('infoNCELoss', (a, b, temperature) => infoNCELoss(a, b, { temperature })),
  row('infoNCELoss, shared', (a, b, temperature) => infoNCELoss(a, b, { negatives: b, temperature })),
  row('infoNCELoss, own', (a, b, temperature) =>
    tidy(() => {
      const negatives = mul(expandDims(b, 1), ones([1, 3, 1])) as Tensor3D;
      return infoNCELoss(a, b, { negatives, temperature });
    }),
  ),
  row('infoNCELoss, queue', (a, b, temperature) => {
    const queue = new FeatureQueue({ capacity: 3, dim: b.shape[1] });
    queue.enqueue(b);
    const loss = infoNCELoss(a, b, { negatives: queue, temperature });
    queue.dispose();
    return loss;
  }),
  row('barlowTwinsLoss', (a, b) => barlowTwinsLoss(a, b), 2),
  row('alignmentLoss', (a, b) => alignmentLoss(a, b)),
  row('alignmentLoss, alpha 1', (a, b) => alignmentLoss(a, b, { alpha: 1 })),
  row('alignmentLoss, raw', (a, b) => alignmentLoss(a, b, { normalize: false }), 1, false),
  row('uniformityLoss', (a) => uniformityLoss(a), 2),
  row('uniformityLoss, raw', (a) => uniformityLoss(a, { normalize: false }), 2, false),
  row(
    'maskedReconstructionLoss',
    (a, b) =>
      tidy(() => maskedReconstructionLoss(expandDims(a, 2) as Tensor3D, expandDims(b, 2) as Tensor3D, ones(a.shape))),
    1,
    false,
  ),
  row(
    'maskedReconstructionLoss, nothing hidden',
    (a, b) =>
      tidy(() => maskedReconstructionLoss(expandDims(a, 2) as Tensor3D, expandDims(b, 2) as Tensor3D, zeros(a.shape))),
    1,
    false,
  ),
  row(
    'maskedReconstructionLoss, normalised',
    (a, b) =>
      tidy(() => {
        const twice = (x: Tensor2D): Tensor3D => expandDims(concat([x, x], 1), 1) as Tensor3D;
        const mask = ones([a.shape[0], 1]) as Tensor2D;
        return maskedReconstructionLoss(twice(a), twice(b), mask, { normalizePatches: true });
      }),
    1,
    false,
  ),
];

/** Inputs that break careless code, by name. */
export const inputs: Readonly<Record<string, (dim: number) => readonly [Tensor2D, Tensor2D]>> = {
  'one sample': (dim) => [normals(1, [1, dim]), normals(2, [1, dim])],
  'two samples': (dim) => [normals(1, [2, dim]), normals(2, [2, dim])],
  'a zero row': (dim) => [
    hold(tidy(() => concat([zeros([1, dim]), normals(1, [4, dim])]) as Tensor2D)),
    normals(2, [5, dim]),
  ],
  zeros: (dim) => [hold(zeros([4, dim])), hold(zeros([4, dim]))],
  'identical rows': (dim) => [hold(ones([4, dim])), hold(ones([4, dim]))],
  'identical views': (dim) => [normals(1, [5, dim]), normals(1, [5, dim])],
  'opposite views': (dim) => [normals(1, [5, dim]), hold(tidy(() => mul(normals<Tensor2D>(1, [5, dim]), -1)))],
  large: (dim) => [normals(1, [6, dim], 1e4), normals(2, [6, dim], 1e4)],
  small: (dim) => [normals(1, [6, dim], 1e-4), normals(2, [6, dim], 1e-4)],
  mixed: (dim) => [normals(1, [6, dim], 1e4), normals(2, [6, dim], 1e-4)],
};

/** Checks that value and gradient are finite. */
export async function expectFinite({ loss, both }: Extreme, given: readonly Tensor2D[], t: number): Promise<void> {
  const [a, b] = given as [Tensor2D, Tensor2D];
  const results = tidy(() => {
    const f = (x: Tensor, y: Tensor): Scalar => loss(x as Tensor2D, y as Tensor2D, t);
    const gradients = both ? grads(f as (...xs: Tensor[]) => Tensor)([a, b]) : [grad((x) => f(x, b))(a)];
    return [f(a, b), ...gradients];
  });
  for (const [i, result] of results.entries()) {
    const numbers = await flat(result);
    expect(
      numbers.every(Number.isFinite),
      `${i === 0 ? 'value' : `gradient ${i}`} is finite: ${numbers.slice(0, 6)}`,
    ).toBe(true);
    result.dispose();
  }
}
