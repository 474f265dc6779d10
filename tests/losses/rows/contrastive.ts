import {
  ones,
  type Scalar,
  stack,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  chanceLoss,
  clipLoss,
  contrastiveMarginLoss,
  decoupledContrastiveLoss,
  infoNCELoss,
  nceLoss,
  nceNormalizer,
  ntXentLoss,
  sigLipLoss,
  supConLoss,
  tripletLoss,
} from '../../../src/losses/index.js';
import { FeatureQueue } from '../../../src/momentum/index.js';
import { hold, normals } from '../../helpers/index.js';
import { bank, type LossRow, pair, shape, two, z0, z1 } from './row.js';

/** Two points at right angles, turned. */
const angle = (turn: number): Tensor2D => {
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  return hold(
    tensor2d([
      [c, s],
      [-s, c],
    ]),
  );
};
const point = (x: number, y: number): Tensor2D => hold(tensor2d([[x, y]]));
const views = (a: Tensor2D, b: Tensor2D): Tensor3D => hold(tidy(() => stack([a, b], 1) as Tensor3D));

export const contrastive: readonly LossRow[] = [
  {
    name: 'ntXentLoss',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => ntXentLoss(two(a), two(b)),
    differentiable: [0, 1],
    reference: [
      [1.3056940714, () => ntXentLoss(z0(), z1())],
      [0.3704110759, () => ntXentLoss(z0(), z1(), { temperature: 0.2 })],
      [0.0626796455, () => ntXentLoss(z0(), z1(), { temperature: 0.1 })],
      [0.016715977, () => ntXentLoss(z0(), z1(), { temperature: 0.07 })],
    ],
    rejected: [
      ...pair(ntXentLoss, 'ntXentLoss', 'zA', 'zB'),
      [(a, b) => ntXentLoss(two(a), two(b), { temperature: 0 }), /ntXentLoss: temperature must be .*, got 0/],
      [(a, b) => ntXentLoss(two(a), two(b), { temperature: Number.NaN }), /temperature must be .*, got NaN/],
    ],
    scaleInvariant: true,
    rotationInvariant: true,
    symmetric: true,
    collapsed: Math.log(11),
  },
  {
    name: 'infoNCELoss without negatives',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => infoNCELoss(two(a), two(b)),
    differentiable: [0, 1],
    reference: [[0.0305122128, () => infoNCELoss(z1(), z0(), { temperature: 0.1 })]], // NNCLR, nn = z1 and p = z0
    rejected: [
      ...pair(infoNCELoss, 'infoNCELoss', 'queries', 'positives'),
      [(a, b) => infoNCELoss(two(a), two(b), { temperature: -1 }), /temperature must be .*, got -1/],
      [
        (a, b) => infoNCELoss(two(a), two(b), { negatives: normals<Tensor2D>(1, [5, 3]) }),
        shape('negatives', 'k, 4', '5, 3'),
      ],
      [
        (a, b) => infoNCELoss(two(a), two(b), { negatives: normals<Tensor3D>(1, [5, 2, 4]) }),
        shape('negatives', '6, k, 4', '5, 2, 4'),
      ],
      [
        (a, b) => infoNCELoss(two(a), two(b), { negatives: new FeatureQueue({ capacity: 2, dim: 3 }) }),
        /negatives must hold rows of length 4, got 3/,
      ],
    ],
    scaleInvariant: true,
    rotationInvariant: true,
    collapsed: Math.log(6),
  },
  {
    name: 'infoNCELoss with shared negatives',
    shapes: [
      [6, 4],
      [6, 4],
      [9, 4],
    ],
    loss: (a, b, n) => infoNCELoss(two(a), two(b), { negatives: two(n), temperature: 0.3 }),
    differentiable: [0, 1, 2],
    reference: [
      [0.0177720461, () => infoNCELoss(z0(), z1(), { negatives: bank(), temperature: 0.07 })],
      [0.4628539316, () => infoNCELoss(z0(), z1(), { negatives: bank(), temperature: 0.2 })],
    ],
    rejected: [],
    scaleInvariant: true,
    rotationInvariant: true,
    orderInvariant: false,
    collapsed: Math.log(10),
  },
  {
    name: 'infoNCELoss with own negatives',
    shapes: [
      [6, 4],
      [6, 4],
      [6, 3, 4],
    ],
    loss: (a, b, n) => infoNCELoss(two(a), two(b), { negatives: n as Tensor3D, temperature: 0.3 }),
    differentiable: [0, 1, 2],
    reference: [],
    rejected: [],
    scaleInvariant: true,
    rotationInvariant: true,
    collapsed: Math.log(4),
  },
  {
    name: 'infoNCELoss with a queue',
    shapes: [
      [6, 4],
      [6, 4],
      [5, 4],
    ],
    loss: (a, b, n) => {
      const queue = new FeatureQueue({ capacity: 8, dim: 4 });
      queue.enqueue(two(n));
      const loss = infoNCELoss(two(a), two(b), { negatives: queue, temperature: 0.3 });
      queue.dispose();
      return loss;
    },
    differentiable: [0, 1],
    reference: [
      [
        0.0177720461,
        () => {
          const queue = new FeatureQueue({ capacity: 20, dim: 16 });
          queue.enqueue(bank());
          const loss = infoNCELoss(z0(), z1(), { negatives: queue });
          queue.dispose();
          return loss;
        },
      ],
    ],
    rejected: [],
    scaleInvariant: true,
    rotationInvariant: true,
    orderInvariant: false,
    collapsed: Math.log(6),
  },
  {
    name: 'ntXentLoss in chunks',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => ntXentLoss(two(a), two(b), { chunkSize: 5 }),
    differentiable: [0, 1],
    reference: [[0.0626796455, () => ntXentLoss(z0(), z1(), { temperature: 0.1, chunkSize: 3 })]],
    rejected: [[(a, b) => ntXentLoss(two(a), two(b), { chunkSize: 0 }), /chunkSize must be an integer >= 1, got 0/]],
    collapsed: Math.log(11),
  },
  {
    name: 'clipLoss',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => clipLoss(two(a), two(b), { logitScale: 3 }),
    differentiable: [0, 1],
    // By hand: logits 2 and 0 apart.
    reference: [[Math.log1p(Math.exp(-2)), () => clipLoss(angle(0), angle(0), { logitScale: 2 })]],
    rejected: [
      ...pair(clipLoss, 'clipLoss', 'a', 'b'),
      [
        (a, b) => clipLoss(two(a), two(b), { logitScale: 0 }),
        /logitScale must be a number > 0 and <= 100000000, got 0/,
      ],
      [(a, b) => clipLoss(two(a), two(b), { logitScale: normals<Scalar>(1, [1]) }), shape('logitScale', '', '1')],
      [(a, b) => clipLoss(two(a), two(b), { chunkSize: 1.5 }), /clipLoss: chunkSize must be an integer >= 1, got 1.5/],
    ],
    scaleInvariant: true,
    rotationInvariant: true,
    symmetric: true,
    collapsed: Math.log(6),
  },
  {
    name: 'clipLoss in chunks, scale learnt',
    shapes: [[6, 4], [6, 4], []],
    loss: (a, b, s) => clipLoss(two(a), two(b), { logitScale: s as Scalar, chunkSize: 4 }),
    differentiable: [0, 1, 2],
    reference: [],
    rejected: [],
    orderInvariant: false,
  },
  {
    name: 'sigLipLoss',
    shapes: [[6, 4], [6, 4], [], []],
    loss: (a, b, s, t) => sigLipLoss(two(a), two(b), { logitScale: s as Scalar, logitBias: t as Scalar }),
    differentiable: [0, 1, 2, 3],
    // By hand: of two pairs at right angles each match has the logit 1 and each mismatch -1.
    reference: [[2 * Math.log1p(Math.exp(-1)), () => sigLipLoss(angle(0), angle(0), { logitScale: 2, logitBias: -1 })]],
    rejected: [
      ...pair(sigLipLoss, 'sigLipLoss', 'a', 'b'),
      [(a, b) => sigLipLoss(two(a), two(b), { logitScale: -1 }), /logitScale must be a number > 0 .*, got -1/],
      [(a, b) => sigLipLoss(two(a), two(b), { logitBias: Number.NaN }), /logitBias must be a number .*, got NaN/],
      [(a, b) => sigLipLoss(two(a), two(b), { logitBias: normals<Scalar>(1, [2]) }), shape('logitBias', '', '2')],
    ],
    orderInvariant: false,
  },
  {
    name: 'sigLipLoss with numbers',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => sigLipLoss(two(a), two(b)),
    differentiable: [0, 1],
    reference: [],
    rejected: [],
    scaleInvariant: true,
    rotationInvariant: true,
    symmetric: true,
    collapsed: 6 * Math.LN2,
  },
  {
    name: 'supConLoss without labels',
    shapes: [[5, 2, 4]],
    loss: (z) => supConLoss(z as Tensor3D, null, { temperature: 0.3, chunkSize: 4 }),
    differentiable: [0],
    reference: [[0.0626796455, () => supConLoss(views(z0(), z1()), null, { temperature: 0.1, baseTemperature: 0.1 })]],
    rejected: [
      [() => supConLoss(normals<Tensor2D>(1, [3]), null), shape('z', 'batch, views, dim', '3')],
      [(z) => supConLoss(z as Tensor3D, hold(tensor1d([1, 2], 'int32'))), shape('labels', '5', '2')],
      [(z) => supConLoss(z as Tensor3D, normals<Tensor1D>(1, [5])), /labels must have dtype int32, got float32/],
      [(z) => supConLoss(z as Tensor3D, null, { temperature: 0 }), /temperature must be .*, got 0/],
      [(z) => supConLoss(z as Tensor3D, null, { baseTemperature: 0 }), /baseTemperature must be a number > 0, got 0/],
      [
        (z) => supConLoss(z as Tensor3D, null, { chunkSize: 0 }),
        /supConLoss: chunkSize must be an integer >= 1, got 0/,
      ],
      [
        (z) => supConLoss(z as Tensor3D, null, { contrastMode: 'two' as 'one' }),
        /contrastMode must be one of 'all', 'one'/,
      ],
    ],
    scaleInvariant: true,
    rotationInvariant: true,
    collapsed: (0.3 / 0.07) * Math.log(9),
  },
  {
    name: 'supConLoss with labels, raw',
    shapes: [[6, 4]],
    loss: (z) =>
      tidy(() =>
        supConLoss(two(z), tensor1d([0, 1, 0, 2, 1, 0], 'int32'), { temperature: 2, normalize: false, chunkSize: 4 }),
      ),
    differentiable: [0],
    // By hand: the first two are alike, the third has no positive and counts as 0.
    reference: [
      [
        (2 * Math.log1p(Math.exp(-10))) / 3,
        () =>
          supConLoss(
            two(
              hold(
                tensor2d([
                  [1, 0],
                  [1, 0],
                  [0, 1],
                ]),
              ),
            ),
            hold(tensor1d([4, 4, 9], 'int32')),
            { temperature: 0.1, baseTemperature: 0.1 },
          ),
      ],
    ],
    rejected: [],
    rotationInvariant: true,
    orderInvariant: false,
  },
  {
    name: 'supConLoss, one anchor',
    shapes: [[4, 3, 4]],
    loss: (z) =>
      tidy(() => supConLoss(z as Tensor3D, tensor1d([0, 1, 0, 1], 'int32'), { temperature: 0.5, contrastMode: 'one' })),
    differentiable: [0],
    reference: [],
    rejected: [],
    scaleInvariant: true,
    rotationInvariant: true,
    orderInvariant: false,
    collapsed: (0.5 / 0.07) * Math.log(11),
  },
  {
    name: 'decoupledContrastiveLoss',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => decoupledContrastiveLoss(two(a), two(b)),
    differentiable: [0, 1],
    reference: [[-3.5847013693, () => decoupledContrastiveLoss(z0(), z1())]],
    rejected: [
      ...pair(decoupledContrastiveLoss, 'decoupledContrastiveLoss', 'zA', 'zB'),
      [() => decoupledContrastiveLoss(normals(1, [1, 2]), normals(1, [1, 2])), /batch must be a number >= 2, got 1/],
      [(a, b) => decoupledContrastiveLoss(two(a), two(b), { temperature: 0 }), /temperature must be .*, got 0/],
      [(a, b) => decoupledContrastiveLoss(two(a), two(b), { sigma: 0 }), /sigma must be .*, got 0/],
    ],
    scaleInvariant: true,
    rotationInvariant: true,
    symmetric: true,
    collapsed: Math.log(10),
  },
  {
    name: 'decoupledContrastiveLoss, weighted',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    // Its weights are constants, so the gradient is not that of the value: the golden cases check it.
    loss: (a, b) => decoupledContrastiveLoss(two(a), two(b), { weighted: true }),
    differentiable: [],
    reference: [[-3.5705603098, () => decoupledContrastiveLoss(z0(), z1(), { weighted: true })]],
    rejected: [],
    scaleInvariant: true,
    rotationInvariant: true,
    symmetric: true,
    collapsed: Math.log(10),
  },
  {
    name: 'tripletLoss',
    shapes: [
      [6, 4],
      [6, 4],
      [6, 4],
    ],
    loss: (a, b, c) => tripletLoss(two(a), two(b), two(c), { p: 3, swap: true }),
    differentiable: [0, 1, 2],
    // By hand: distances 3 and 4 on the first axis, 5 on both.
    reference: [
      [1, () => tripletLoss(point(0, 0), point(0, 4), point(3, 0), { margin: 0 })],
      [2, () => tripletLoss(point(0, 0), point(0, 4), point(3, 4), { margin: 3 })],
      [2, () => tripletLoss(point(0, 0), point(0, 4), point(3, 4), { margin: 1, swap: true })],
      [0, () => tripletLoss(point(0, 0), point(0, 4), point(3, 4), { p: 1, margin: 3 })],
    ],
    rejected: [
      ...pair((a, b) => tripletLoss(a, b, a), 'tripletLoss', 'anchor', 'positive'),
      [(a) => tripletLoss(two(a), two(a), normals<Tensor2D>(1, [5, 4])), shape('negative', '6, 4', '5, 4')],
      [(a) => tripletLoss(two(a), two(a), two(a), { margin: -1 }), /margin must be a number >= 0, got -1/],
      [(a) => tripletLoss(two(a), two(a), two(a), { p: 0.5 }), /p must be a number >= 1 and <= 64, got 0.5/],
    ],
    collapsed: 1,
  },
  {
    name: 'contrastiveMarginLoss',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) =>
      tidy(() => contrastiveMarginLoss(two(a), two(b), tensor1d([1, 0, 0, 1, 0, 1], 'int32'), { margin: 3 })),
    differentiable: [0, 1],
    reference: [
      [
        (25 + 4) / 4,
        () =>
          contrastiveMarginLoss(
            two(
              hold(
                tensor2d([
                  [3, 0],
                  [1, 1],
                ]),
              ),
            ),
            two(
              hold(
                tensor2d([
                  [0, 4],
                  [1, 2],
                ]),
              ),
            ),
            hold(tensor1d([1, 0], 'int32')),
            { margin: 3 },
          ),
      ],
    ], // By hand: distances 5 and 1.
    rejected: [
      ...pair((a, b) => contrastiveMarginLoss(a, b, hold(ones([6]))), 'contrastiveMarginLoss', 'a', 'b').slice(0, 1),
      [(a, b) => contrastiveMarginLoss(two(a), two(b), normals<Tensor1D>(1, [5])), shape('same', '6', '5')],
      [
        (a, b) => contrastiveMarginLoss(two(a), two(b), normals<Tensor1D>(1, [6]), { margin: -1 }),
        /margin must be .*, got -1/,
      ],
    ],
    rotationInvariant: true,
    orderInvariant: false,
    symmetric: true,
    collapsed: 9 / 4,
  },
  {
    name: 'nceLoss',
    shapes: [
      [6, 4],
      [6, 4],
      [5, 4],
    ],
    loss: (a, b, n) => nceLoss(two(a), two(b), { negatives: two(n), temperature: 0.3, logNormalizer: 0.5 }),
    differentiable: [0, 1, 2],
    // By hand: two negatives, all at right angles to the query.
    reference: [
      [
        Math.log1p(2 * Math.exp(-1)) + 2 * Math.log1p(1 / 2),
        () =>
          nceLoss(point(1, 0), point(2, 0), {
            negatives: two(
              hold(
                tensor2d([
                  [0, 1],
                  [0, -1],
                ]),
              ),
            ),
            temperature: 1,
            logNormalizer: 0,
          }),
      ],
    ],
    rejected: [
      ...pair((a, b) => nceLoss(a, b, { negatives: normals<Tensor2D>(1, [5, 4]) }), 'nceLoss', 'queries', 'positives'),
      [
        (a, b) => nceLoss(two(a), two(b), { negatives: hold(tensor2d([], [0, 4])) }),
        /nceLoss: negatives must hold at least 1 row, got 0/,
      ],
      [
        (a, b) => nceNormalizer(two(a), two(b), { negatives: normals<Tensor2D>(1, [5, 3]) }),
        shape('nceNormalizer: negatives', 'k, 4', '5, 3'),
      ],
      [
        (a, b) => nceLoss(two(a), two(b), { negatives: two(b), logNormalizer: Number.NaN }),
        /logNormalizer must be a number .*, got NaN/,
      ],
      [
        (a, b) => nceLoss(two(a), two(b), { negatives: two(b), logNormalizer: normals<Scalar>(1, [1]) }),
        shape('logNormalizer', '', '1'),
      ],
    ],
    scaleInvariant: true,
    rotationInvariant: true,
    orderInvariant: false,
  },
  {
    name: 'nceLoss with own negatives, normalised by the batch',
    shapes: [
      [6, 4],
      [6, 4],
      [6, 5, 4],
    ],
    // Its normaliser is a constant, so the gradient is not that of the value.
    loss: (a, b, n) => nceLoss(two(a), two(b), { negatives: n as Tensor3D, temperature: 0.3 }),
    differentiable: [],
    reference: [],
    rejected: [],
    scaleInvariant: true,
    rotationInvariant: true,
    collapsed: chanceLoss('nceLoss', { negatives: 5 }),
  },
];
