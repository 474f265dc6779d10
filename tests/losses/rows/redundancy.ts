import {
  ones,
  type Rank,
  slice,
  stack,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor3d,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  barlowTwinsLoss,
  barlowTwinsTerms,
  koLeoLoss,
  mmcrLoss,
  mmcrTerms,
  ticoLoss,
  ticoTerms,
  updateCovariance,
  vicRegLLoss,
  vicRegLoss,
  vicRegLTerms,
  vicRegTerms,
  whiten,
  wMseLoss,
} from '../../../src/losses/index.js';
import { hold, normals } from '../../helpers/index.js';
import { type LossRow, pair, shape, two, z0, z1 } from './row.js';

const columns = (x: Tensor2D): Tensor2D => hold(slice(x, [0, 0], [8, 4]));
const views = (a: Tensor2D, b: Tensor2D): Tensor3D => hold(tidy(() => stack([a, b], 1) as Tensor3D));

export const redundancy: readonly LossRow[] = [
  {
    name: 'barlowTwinsLoss',
    shapes: [
      [9, 4],
      [9, 4],
    ],
    loss: (a, b) => barlowTwinsLoss(two(a), two(b), { lambda: 0.3 }),
    differentiable: [0, 1],
    reference: [
      [0.348532596, () => barlowTwinsLoss(z0(), z1(), { lambda: 0.005 })],
      [0.3526518104, () => barlowTwinsLoss(z0(), z1())],
    ],
    rejected: [
      [(a) => barlowTwinsLoss(two(a), normals<Tensor2D>(0, [3, 2])), shape('zB', '9, 4', '3, 2')],
      [
        () => barlowTwinsLoss(normals<Tensor2D>(0, [1, 2]), normals<Tensor2D>(0, [1, 2])),
        /barlowTwinsLoss: batch must be an? .*>= 2, got 1/,
      ],
      [(a, b) => barlowTwinsLoss(two(a), two(b), { lambda: -1 }), /lambda must be a number >= 0, got -1/],
      [(a, b) => barlowTwinsLoss(two(a), two(b), { epsilon: 0 }), /epsilon must be a number > 0, got 0/],
    ],
    symmetric: true,
    collapsed: 4,
    terms: [(a, b) => ({ ...barlowTwinsTerms(two(a), two(b)) }), { invariance: 1, redundancy: 0.3 }],
  },
  {
    name: 'vicRegLoss',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => vicRegLoss(two(a), two(b)),
    differentiable: [0, 1],
    reference: [[11.3754312465, () => vicRegLoss(z0(), z1())]],
    rejected: [
      ...pair(vicRegLoss, 'vicRegLoss', 'zA', 'zB'),
      [() => vicRegLoss(normals(0, [1, 2]), normals(0, [1, 2])), /vicRegLoss: batch must be a number >= 2, got 1/],
      [() => vicRegTerms(normals(0, [1, 2]), normals(0, [1, 2])), /vicRegTerms: batch must be a number >= 2, got 1/],
      [(a, b) => vicRegLoss(two(a), two(b), { variance: -1 }), /variance must be a number >= 0, got -1/],
      [(a, b) => vicRegLoss(two(a), two(b), { epsilon: 0 }), /epsilon must be a number > 0, got 0/],
    ],
    symmetric: true,
    collapsed: 24.75,
    terms: [(a, b) => ({ ...vicRegTerms(two(a), two(b)) }), { invariance: 25, variance: 25, covariance: 1 }],
  },
  {
    name: 'vicRegLLoss',
    shapes: [
      [3, 4],
      [3, 4],
      [3, 2, 2, 4],
      [3, 1, 2, 4],
      [3, 2, 2, 2],
      [3, 1, 2, 2],
    ],
    loss: (a, b, m, n, p, q) =>
      vicRegLLoss(two(a), two(b), m as Tensor4D, n as Tensor4D, p as Tensor4D, q as Tensor4D, { matches: 2 }),
    differentiable: [0, 1, 2, 3],
    reference: [],
    rejected: [
      [
        (a, b, m, n, p) => vicRegLLoss(two(a), two(b), m as Tensor4D, n as Tensor4D, p as Tensor4D, p as Tensor4D),
        shape('positionsB', '3, 1, 2, 2', '3, 2, 2, 2'),
      ],
      [
        (a, b, m, n, p, q) =>
          vicRegLTerms(two(a), two(b), m as Tensor4D, n as Tensor4D, p as Tensor4D, q as Tensor4D, { matches: 0 }),
        /vicRegLTerms: matches must be an integer >= 1, got 0/,
      ],
      [
        (a, b, m, n, p, q) =>
          vicRegLLoss(two(a), two(b), m as Tensor4D, n as Tensor4D, p as Tensor4D, q as Tensor4D, { alpha: 2 }),
        /alpha must be a number >= 0 and <= 1, got 2/,
      ],
    ],
    terms: [
      (a, b, m, n, p, q) => ({
        ...vicRegLTerms(two(a), two(b), m as Tensor4D, n as Tensor4D, p as Tensor4D, q as Tensor4D, { matches: 2 }),
      }),
      {
        invariance: 18.75,
        variance: 18.75,
        covariance: 0.75,
        localInvariance: 6.25,
        localVariance: 6.25,
        localCovariance: 0.25,
      },
    ],
  },
  {
    name: 'wMseLoss',
    shapes: [
      [9, 4],
      [9, 4],
    ],
    loss: (a, b) => wMseLoss(two(a), two(b)),
    differentiable: [0, 1],
    reference: [[0.3081555974, () => wMseLoss(columns(z0()), columns(z1()))]],
    rejected: [
      [(a) => wMseLoss(two(a), normals<Tensor2D>(0, [3, 2])), shape('zB', '9, 4', '3, 2')],
      [
        () => wMseLoss(normals(0, [1, 2]), normals(0, [1, 2]), { epsilon: 0.1 }),
        /wMseLoss: batch must be an integer >= 2, got 1/,
      ],
      [
        () => wMseLoss(normals(0, [4, 4]), normals(0, [4, 4])),
        /wMseLoss: size must be an integer >= 5 and <= 4, got 4/,
      ],
      [(a, b) => wMseLoss(two(a), two(b), { epsilon: 0.1, size: 2 }), /wMseLoss: size must divide the batch, 9, got 2/],
      [(a) => whiten(two(a), { epsilon: 2 }), /whiten: epsilon must be a number >= 0 and <= 1, got 2/],
    ],
    symmetric: true,
    scaleInvariant: true,
  },
  {
    name: 'wMseLoss, shrunk, in slices',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => wMseLoss(two(a), two(b), { epsilon: 0.2, size: 3 }),
    differentiable: [0, 1],
    reference: [],
    rejected: [],
    symmetric: true,
    orderInvariant: false,
  },
  {
    name: 'mmcrLoss',
    shapes: [
      [5, 2, 4],
      [5, 2, 4],
    ],
    loss: (a, b) => mmcrLoss(a as Tensor3D, b as Tensor3D, { lambda: 0.5 }),
    differentiable: [0, 1],
    reference: [
      [-20.6397120908, () => mmcrLoss(views(z0(), z1()), views(z1(), z0()), { normalize: false })],
      // By hand: two rows at right angles.
      [-2 + 0.005, () => mmcrLoss(hold(tensor3d([[[3, 0]], [[0, 2]]])), null)],
    ],
    rejected: [
      [() => mmcrLoss(normals<Tensor3D>(1, [4, 3]), null), shape('online', 'batch, views, dim', '4, 3')],
      [(a) => mmcrLoss(a as Tensor3D, normals<Tensor3D>(1, [5, 2, 3])), shape('momentum', '5, 2, 4', '5, 2, 3')],
      [(a) => mmcrLoss(a as Tensor3D, null, { lambda: -1 }), /lambda must be a number >= 0, got -1/],
    ],
    scaleInvariant: true,
    rotationInvariant: true,
    symmetric: true,
    collapsed: 0.5 * 2 - Math.sqrt(5),
    terms: [(a, b) => ({ ...mmcrTerms(a as Tensor3D, b as Tensor3D) }), { centroids: -1, samples: 0.5 }],
  },
  {
    name: 'mmcrLoss, raw, no momentum',
    shapes: [[3, 4, 4]],
    loss: (a) => mmcrLoss(a as Tensor3D, null, { normalize: false, lambda: 0.3 }),
    differentiable: [0],
    reference: [],
    rejected: [],
    rotationInvariant: true,
  },
  {
    name: 'ticoLoss',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => tidy(() => ticoLoss(two(a), two(b), { covariance: updateCovariance(null, ones<Rank.R2>([1, 4])) })),
    differentiable: [0, 1],
    reference: [
      [0.2665528737, () => ticoLoss(z0(), z1())],
      [
        0.4239343242,
        () => {
          const first = hold(updateCovariance(null, z0()));
          return ticoLoss(z0(), z1(), { covariance: hold(updateCovariance(first, z0())) });
        },
      ],
    ],
    rejected: [
      ...pair(ticoLoss, 'ticoLoss', 'zA', 'zB'),
      [
        (a, b) => ticoLoss(two(a), two(b), { covariance: normals<Tensor2D>(1, [3, 4]) }),
        shape('covariance', '4, 4', '3, 4'),
      ],
      [(a, b) => ticoLoss(two(a), two(b), { rho: -1 }), /rho must be a number >= 0, got -1/],
      [
        (a) => updateCovariance(null, two(a), { beta: 2 }),
        /updateCovariance: beta must be a number >= 0 and <= 1, got 2/,
      ],
      [(a) => updateCovariance(two(a), two(a)), shape('covariance', '4, 4', '6, 4')],
    ],
    scaleInvariant: true,
    terms: [
      (a, b) =>
        tidy(() => ({ ...ticoTerms(two(a), two(b), { covariance: updateCovariance(null, ones<Rank.R2>([1, 4])) }) })),
      { invariance: 1, redundancy: 8 },
    ],
  },
  {
    name: 'koLeoLoss',
    shapes: [[6, 4]],
    loss: (z) => koLeoLoss(two(z)),
    differentiable: [0],
    reference: [[0.0059175106, () => koLeoLoss(z0())]],
    rejected: [
      [() => koLeoLoss(normals(0, [1, 4])), /koLeoLoss: batch must be a number >= 2, got 1/],
      [(z) => koLeoLoss(two(z), { epsilon: 0 }), /epsilon must be a number >= 1e-8, got 0/],
    ],
    scaleInvariant: true,
    rotationInvariant: true,
  },
];
