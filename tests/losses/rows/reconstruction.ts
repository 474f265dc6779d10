import {
  greater,
  ones,
  type Rank,
  softmax,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor,
  tensor1d,
  tensor2d,
  tensor3d,
  tensor4d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  colorCrossEntropyLoss,
  contextEncoderLoss,
  contextEncoderTerms,
  maskedCrossEntropyLoss,
  maskedL1Loss,
  maskedReconstructionLoss,
} from '../../../src/losses/index.js';
import { hold, normals } from '../../helpers/index.js';
import { type LossRow, shape, two } from './row.js';

export const reconstruction: readonly LossRow[] = [
  {
    name: 'maskedReconstructionLoss',
    shapes: [
      [2, 5, 4],
      [2, 5, 4],
      [2, 5],
    ],
    loss: (a, b, m) => tidy(() => maskedReconstructionLoss(a as Tensor3D, b as Tensor3D, two(greater(m as Tensor, 0)))),
    differentiable: [0],
    reference: [
      // By hand: patches 1 and 2 are hidden, with mean squared errors 1 and (4 + 16) / 2.
      [
        5.5,
        () =>
          maskedReconstructionLoss(
            hold(tensor([1, 2, 3, 3, 5, 0], [1, 3, 2])) as Tensor3D,
            hold(tensor([9, 9, 4, 2, 3, 4], [1, 3, 2])) as Tensor3D,
            hold(tensor([0, 1, 1], [1, 3])) as Tensor2D,
          ),
      ],
    ],
    rejected: [
      [
        (a, b) => maskedReconstructionLoss(a as Tensor3D, b as Tensor3D, normals<Tensor2D>(1, [2, 4])),
        shape('mask', '2, 5', '2, 4'),
      ],
      [
        (a, _, m) => maskedReconstructionLoss(a as Tensor3D, normals<Tensor3D>(1, [2, 4, 4]), two(m)),
        shape('target', '2, 5, 4', '2, 4, 4'),
      ],
      [
        () =>
          maskedReconstructionLoss(
            normals<Tensor3D>(1, [1, 2, 1]),
            normals<Tensor3D>(1, [1, 2, 1]),
            normals<Tensor2D>(1, [1, 2]),
            { normalizePatches: true },
          ),
        /size must be a number >= 2, got 1/,
      ],
    ],
  },
  {
    name: 'maskedL1Loss of images',
    shapes: [
      [2, 4, 4, 2],
      [2, 4, 4, 2],
      [2, 2, 2],
    ],
    loss: (a, b, m) => tidy(() => maskedL1Loss(a as Tensor4D, b as Tensor4D, greater(m as Tensor, 0) as Tensor3D)),
    differentiable: [0],
    // By hand: one cell of two pixels is hidden, errors 1, 2, 3 and 4 in two channels.
    reference: [
      [
        10 / 2.00001 / 2,
        () =>
          maskedL1Loss(
            hold(
              tensor4d([
                [
                  [
                    [9, 9],
                    [9, 9],
                    [1, -2],
                    [3, -4],
                  ],
                ],
              ]),
            ),
            hold(zeros<Rank.R4>([1, 1, 4, 2])),
            hold(tensor3d([[[0, 1]]])),
          ),
      ],
      [
        0,
        () =>
          maskedL1Loss(
            hold(ones<Rank.R4>([1, 2, 2, 1])),
            hold(zeros<Rank.R4>([1, 2, 2, 1])),
            hold(zeros<Rank.R3>([1, 1, 1])),
          ),
      ],
    ],
    rejected: [
      [
        (a, b) => maskedL1Loss(a as Tensor4D, b as Tensor4D, normals<Tensor3D>(1, [2, 3, 2])),
        /mask must divide 4 x 4 pixels, got 3 x 2 cells/,
      ],
      [
        (a, b) => maskedL1Loss(a as Tensor4D, b as Tensor4D, normals<Tensor3D>(1, [1, 2, 2])),
        shape('mask', '2, rows, columns', '1, 2, 2'),
      ],
      [
        (a, _, m) => maskedL1Loss(a as Tensor4D, normals<Tensor4D>(1, [2, 4, 4, 1]), m as Tensor3D),
        shape('target', '2, 4, 4, 2', '2, 4, 4, 1'),
      ],
      [
        () => maskedL1Loss(undefined as never, normals<Tensor4D>(1, [2, 4, 4, 1]), normals<Tensor3D>(1, [2, 2, 2])),
        /prediction must be a tensor/,
      ],
    ],
  },
  {
    name: 'maskedL1Loss of patches',
    shapes: [
      [3, 2, 4],
      [3, 2, 4],
    ],
    loss: (a, b) =>
      tidy(() =>
        maskedL1Loss(
          a as Tensor3D,
          b as Tensor3D,
          tensor2d(
            [
              [1, 0],
              [1, 1],
              [0, 0],
            ],
            [3, 2],
            'int32',
          ),
        ),
      ),
    differentiable: [0],
    reference: [
      [
        6 / 1.00001 / 2,
        () =>
          maskedL1Loss(
            hold(
              tensor3d([
                [
                  [1, 5],
                  [7, 8],
                ],
              ]),
            ),
            hold(zeros<Rank.R3>([1, 2, 2])),
            hold(tensor2d([[1, 0]])),
          ),
      ],
    ],
    rejected: [
      [
        (a, b) => maskedL1Loss(a as Tensor3D, b as Tensor3D, normals<Tensor2D>(1, [3, 1])),
        shape('mask', '3, 2', '3, 1'),
      ],
    ],
    orderInvariant: false,
  },
  {
    name: 'maskedCrossEntropyLoss',
    shapes: [[2, 3, 4]],
    loss: (a) =>
      tidy(() =>
        maskedCrossEntropyLoss(
          a as Tensor3D,
          tensor2d(
            [
              [0, 3, 2],
              [1, 1, 0],
            ],
            [2, 3],
            'int32',
          ),
          tensor2d([
            [1, 0, 1],
            [0, 1, 1],
          ]),
        ),
      ),
    differentiable: [0],
    // By hand: the hidden token has logits 3 and 1.
    reference: [
      [
        Math.log1p(Math.exp(2)),
        () =>
          maskedCrossEntropyLoss(
            hold(
              tensor3d([
                [
                  [5, 0],
                  [3, 1],
                ],
              ]),
            ),
            hold(tensor2d([[0, 1]], [1, 2], 'int32')),
            hold(tensor2d([[0, 1]])),
          ),
      ],
    ],
    rejected: [
      [
        (a) => maskedCrossEntropyLoss(a as Tensor3D, normals<Tensor2D>(1, [2, 3]), normals<Tensor2D>(1, [2, 3])),
        /targets must have dtype int32, got float32/,
      ],
      [
        (a) =>
          maskedCrossEntropyLoss(a as Tensor3D, hold(zeros<Rank.R2>([2, 2], 'int32')), normals<Tensor2D>(1, [2, 3])),
        shape('targets', '2, 3', '2, 2'),
      ],
      [
        (a) =>
          maskedCrossEntropyLoss(a as Tensor3D, hold(zeros<Rank.R2>([2, 3], 'int32')), normals<Tensor2D>(1, [2, 4])),
        shape('mask', '2, 3', '2, 4'),
      ],
    ],
    orderInvariant: false,
    // Equal rows are not equal logits.
  },
  {
    name: 'colorCrossEntropyLoss',
    shapes: [
      [2, 1, 2, 4],
      [2, 1, 2, 4],
    ],
    loss: (a, b) => tidy(() => colorCrossEntropyLoss(a as Tensor4D, softmax(b as Tensor4D), tensor1d([1, 0.5, 2, 3]))),
    differentiable: [0],
    // By hand: one pixel of the second bin, weight 3.
    reference: [
      [
        3 * Math.log1p(Math.exp(-1)),
        () => colorCrossEntropyLoss(hold(tensor4d([[[[1, 2]]]])), hold(tensor4d([[[[0, 1]]]])), hold(tensor1d([1, 3]))),
      ],
      [Math.log(2), () => colorCrossEntropyLoss(hold(tensor4d([[[[2, 2]]]])), hold(tensor4d([[[[0.5, 0.5]]]])))],
    ],
    rejected: [
      [
        (a, b) => colorCrossEntropyLoss(a as Tensor4D, b as Tensor4D, normals<Tensor1D>(1, [3])),
        shape('weights', '4', '3'),
      ],
      [
        (a) => colorCrossEntropyLoss(a as Tensor4D, normals<Tensor4D>(1, [2, 1, 2, 3]), null),
        shape('softBins', '2, 1, 2, 4', '2, 1, 2, 3'),
      ],
    ],
  },
  {
    name: 'contextEncoderLoss',
    shapes: [
      [2, 3, 4, 2],
      [2, 3, 4, 2],
      [2, 1],
    ],
    loss: (a, b, s) => contextEncoderLoss(a as Tensor4D, b as Tensor4D, s as Tensor, { overlap: 1, adversarial: 0.3 }),
    differentiable: [0, 2],
    // By hand: a border of 8 pixels around one.
    reference: [
      [
        (8 * 10 + 1) / 9,
        () =>
          contextEncoderLoss(hold(ones<Rank.R4>([1, 3, 3, 1])), hold(zeros<Rank.R4>([1, 3, 3, 1])), null, {
            overlap: 1,
          }),
      ],
      [
        0.75 * 4 + 0.25 * Math.log(2),
        () =>
          contextEncoderLoss(hold(tensor4d([[[[2]]]])), hold(tensor4d([[[[0]]]])), hold(tensor1d([0])), {
            overlap: 0,
            adversarial: 0.25,
          }),
      ],
    ],
    rejected: [
      [
        (a, b) => contextEncoderLoss(a as Tensor4D, b as Tensor4D, null),
        /prediction must be at least 8 pixels wide and high, got 3 x 4/,
      ],
      [
        (a) => contextEncoderLoss(a as Tensor4D, normals<Tensor4D>(1, [2, 3, 4, 1]), null),
        shape('target', '2, 3, 4, 2', '2, 3, 4, 1'),
      ],
      [
        (a, b) => contextEncoderLoss(a as Tensor4D, b as Tensor4D, null, { overlap: 1, adversarial: 2 }),
        /adversarial must be .*, got 2/,
      ],
      [
        (a, b, s) => contextEncoderTerms(a as Tensor4D, b as Tensor4D, s as Tensor, { overlap: -1 }),
        /contextEncoderTerms: overlap must be an integer >= 0, got -1/,
      ],
    ],
    terms: [
      (a, b, s) => ({ ...contextEncoderTerms(a as Tensor4D, b as Tensor4D, s as Tensor, { overlap: 1 }) }),
      { reconstruction: 0.7, adversarial: 0.3 },
    ],
  },
];
