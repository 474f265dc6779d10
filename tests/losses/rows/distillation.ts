import {
  ones,
  type Rank,
  softmax,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tensor1d,
  tensor2d,
  tensor3d,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  byolLoss,
  co2Loss,
  dinoLoss,
  iBotLoss,
  msnLoss,
  msnTerms,
  negativeCosineLoss,
  sinkhorn,
  smoothL1Loss,
  swavLoss,
  updateCenter,
} from '../../../src/losses/index.js';
import { hold, normals } from '../../helpers/index.js';
import { type LossRow, pair, prototypes, scores, shape, two, z0, z1 } from './row.js';

const codes = (x: Tensor2D): Tensor2D => hold(sinkhorn(x));

export const distillation: readonly LossRow[] = [
  {
    name: 'negativeCosineLoss',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => negativeCosineLoss(two(a), two(b)),
    differentiable: [0, 1],
    reference: [[-0.9083154045, () => negativeCosineLoss(z0(), z1())]],
    rejected: [...pair(negativeCosineLoss, 'negativeCosineLoss', 'p', 'z')],
    scaleInvariant: true,
    rotationInvariant: true,
    symmetric: true,
    collapsed: -1,
  },
  {
    name: 'byolLoss',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => byolLoss(two(a), two(b)),
    differentiable: [0],
    reference: [[0.1833691909, () => byolLoss(z0(), z1())]],
    rejected: [...pair(byolLoss, 'byolLoss', 'p', 'z')],
    scaleInvariant: true,
    rotationInvariant: true,
    symmetric: true,
    collapsed: 0,
  },
  {
    name: 'dinoLoss',
    shapes: [
      [3, 4],
      [3, 4],
      [3, 4],
      [3, 4],
      [3, 4],
    ],
    loss: (a, b, c, t, u) => dinoLoss([two(a), two(b), two(c)], [two(t), two(u)], { studentTemperature: 0.5 }),
    differentiable: [0, 1, 2],
    reference: [
      [0.5972321457, () => dinoLoss([z1(), z0()], [z0(), z1()])],
      [0.6480179917, () => dinoLoss([z1(), z0()], [z0(), z1()], { center: hold(updateCenter(null, [z0(), z1()])) })],
    ],
    rejected: [
      [(a) => dinoLoss([two(a)], [two(a)]), /dinoLoss: student must have a length >= 2, got 1/],
      [(a) => dinoLoss([two(a), two(a)], []), /dinoLoss: teacher must have a length >= 1, got 0/],
      [(a) => dinoLoss(two(a) as never, [two(a)]), /dinoLoss: student must be a list of tensors, got float32/],
      [
        (a) => dinoLoss([two(a), two(a)], [two(a), two(a), two(a)]),
        /teacher must not be longer than student \(2\), got 3/,
      ],
      [(a) => dinoLoss([two(a), normals<Tensor2D>(1, [2, 4])], [two(a)]), shape('student\\[1\\]', '3, 4', '2, 4')],
      [(a) => dinoLoss([two(a), two(a)], [normals<Tensor2D>(1, [3, 5])]), shape('teacher\\[0\\]', '3, 4', '3, 5')],
      [(a) => dinoLoss([two(a), two(a)], [two(a)], { center: normals<Tensor1D>(1, [3]) }), shape('center', '4', '3')],
      [(a) => dinoLoss([two(a), two(a)], [two(a)], { teacherTemperature: 0 }), /teacherTemperature must be .*, got 0/],
      [() => updateCenter(null, []), /updateCenter: teacher must be a tensor or a list, got \[\]/],
      [(a) => updateCenter(normals<Tensor1D>(1, [3]), two(a)), shape('center', '4', '3')],
      [(a) => updateCenter(null, two(a), { momentum: 2 }), /momentum must be a number >= 0 and <= 1, got 2/],
    ],
  },
  {
    name: 'dinoLoss, one teacher',
    shapes: [
      [6, 4],
      [6, 4],
      [6, 4],
    ],
    loss: (a, b, t) => dinoLoss([two(a), two(b)], [two(t)]),
    differentiable: [1],
    // By hand: the first crop is the teacher's own and counts for nothing.
    reference: [
      [
        Math.log(2),
        () => dinoLoss([normals<Tensor2D>(1, [3, 2]), hold(ones<Rank.R2>([3, 2]))], [normals<Tensor2D>(2, [3, 2])]),
      ],
    ],
    rejected: [],
  },
  {
    name: 'iBotLoss',
    shapes: [
      [3, 2, 4],
      [3, 2, 4],
    ],
    loss: (a, b) =>
      tidy(() =>
        iBotLoss(
          a as Tensor3D,
          b as Tensor3D,
          tensor2d([
            [1, 0],
            [1, 1],
            [0, 0],
          ]),
          { studentTemperature: 0.5, center: tensor1d([0.1, 0, 0, 0.2]) },
        ),
      ),
    differentiable: [0],
    // By hand: one image with one hidden patch, one without.
    reference: [
      [
        Math.log1p(Math.exp(-10)) / 2,
        () =>
          iBotLoss(
            hold(
              tensor3d([
                [
                  [1, 0],
                  [5, 9],
                ],
                [
                  [7, 7],
                  [1, 2],
                ],
              ]),
            ),
            hold(
              tensor3d([
                [
                  [100, 0],
                  [0, 0],
                ],
                [
                  [0, 0],
                  [0, 0],
                ],
              ]),
            ),
            hold(
              tensor2d([
                [1, 0],
                [0, 0],
              ]),
            ),
          ),
      ],
    ],
    rejected: [
      [(a, b) => iBotLoss(a as Tensor3D, b as Tensor3D, normals<Tensor2D>(1, [3, 3])), shape('mask', '3, 2', '3, 3')],
      [
        (a) => iBotLoss(a as Tensor3D, normals<Tensor3D>(1, [3, 2, 5]), normals<Tensor2D>(1, [3, 2])),
        shape('teacher', '3, 2, 4', '3, 2, 5'),
      ],
      [
        (a) =>
          iBotLoss(a as Tensor3D, a as Tensor3D, normals<Tensor2D>(1, [3, 2]), { center: normals<Tensor1D>(1, [2]) }),
        shape('center', '4', '2'),
      ],
    ],
    orderInvariant: false,
  },
  {
    name: 'msnLoss',
    shapes: [
      [6, 4],
      [3, 4],
      [5, 4],
    ],
    loss: (a, t, p) => msnLoss(two(a), two(t), two(p)),
    differentiable: [0],
    reference: [[1.0636470783, () => msnLoss(z0(), z1(), prototypes())]],
    rejected: [
      [(a, t) => msnLoss(two(a), two(t), normals<Tensor2D>(1, [5, 3])), shape('prototypes', 'prototypes, 4', '5, 3')],
      [
        (a, _, p) => msnLoss(two(a), normals<Tensor2D>(1, [4, 4]), two(p)),
        /anchors must have a multiple of 4 rows, got 6/,
      ],
      [(a, t, p) => msnLoss(two(a), two(t), two(p), { regularization: -1 }), /regularization must be .*, got -1/],
      [
        (a, t, p) => msnTerms(two(a), two(t), two(p), { iterations: 0.5 }),
        /msnTerms: iterations must be an integer >= 0, got 0.5/,
      ],
    ],
    scaleInvariant: true,
    rotationInvariant: true,
    orderInvariant: false,
    collapsed: Math.log(5),
    terms: [(a, t, p) => ({ ...msnTerms(two(a), two(t), two(p)) }), { crossEntropy: 1, regularization: 1 }],
  },
  {
    name: 'swavLoss',
    shapes: [
      [6, 4],
      [6, 4],
      [6, 4],
    ],
    loss: (a, b, c) => tidy(() => swavLoss([two(a), two(b)], [softmax(two(c)), softmax(two(c))], { temperature: 0.5 })),
    differentiable: [0, 1],
    reference: [
      [
        1.3917039726,
        () => {
          const [a, b] = [scores(z0), scores(z1)];
          return swavLoss([a, b], [codes(a), codes(b)]);
        },
      ],
    ],
    rejected: [
      [(a) => swavLoss([two(a)], [two(a)]), /swavLoss: scores must have a length >= 2, got 1/],
      [(a) => swavLoss([two(a), two(a)], [two(a)], { temperature: 0 }), /temperature must be .*, got 0/],
      [(a) => sinkhorn(two(a), { epsilon: 0 }), /sinkhorn: epsilon must be .*, got 0/],
      [(a) => sinkhorn(two(a), { iterations: -1 }), /sinkhorn: iterations must be an integer >= 0, got -1/],
    ],
    collapsed: Math.log(4),
  },
  {
    name: 'smoothL1Loss',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => smoothL1Loss(a as Tensor2D, b as Tensor2D, { beta: 0.7 }),
    differentiable: [0],
    // By hand: differences 0.5 and 3.
    reference: [
      [(0.125 + 2.5) / 2, () => smoothL1Loss(hold(tensor1d([1.5, -2])), hold(tensor1d([1, 1])))],
      [(0.125 / 2 + 2) / 2, () => smoothL1Loss(hold(tensor1d([1.5, -2])), hold(tensor1d([1, 1])), { beta: 2 })],
    ],
    rejected: [
      [(a) => smoothL1Loss(a as Tensor2D, normals(1, [6, 3])), shape('target', '6, 4', '6, 3')],
      [(a) => smoothL1Loss(a as Tensor2D, normals(1, [6])), shape('target', '6, 4', '6')],
      [() => smoothL1Loss(undefined as never, normals(1, [6])), /prediction must be a tensor/],
      [(a, b) => smoothL1Loss(a as Tensor2D, b as Tensor2D, { beta: 0 }), /beta must be a number > 0, got 0/],
    ],
    symmetric: true,
    collapsed: 0,
  },
  {
    name: 'smoothL1Loss, target normalised',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => smoothL1Loss(a as Tensor2D, b as Tensor2D, { normalizeTarget: true }),
    differentiable: [0],
    reference: [],
    rejected: [],
  },
  {
    name: 'co2Loss',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => co2Loss(two(a), two(b), { temperature: 0.3 }),
    differentiable: [0, 1],
    reference: [],
    rejected: [
      ...pair(co2Loss, 'co2Loss', 'a', 'b'),
      [(a, b) => co2Loss(two(a), two(b), { alpha: -1 }), /co2Loss: alpha must be a number >= 0, got -1/],
      [(a, b) => co2Loss(two(a), two(b), { temperature: 0 }), /co2Loss: temperature must be .*, got 0/],
    ],
    scaleInvariant: true,
    rotationInvariant: true,
    symmetric: true,
    collapsed: 0,
  },
  {
    name: 'co2Loss with negatives',
    shapes: [
      [6, 4],
      [6, 4],
      [5, 4],
    ],
    loss: (a, b, n) => co2Loss(two(a), two(b), { negatives: two(n), temperature: 0.3, alpha: 2 }),
    differentiable: [0, 1, 2],
    reference: [],
    rejected: [],
    scaleInvariant: true,
    rotationInvariant: true,
    symmetric: true,
    orderInvariant: false,
    collapsed: 0,
  },
];
