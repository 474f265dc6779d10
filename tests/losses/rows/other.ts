import {
  matMul,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tensor,
  tensor1d,
  tensor2d,
  tensor3d,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  alignmentLoss,
  chanceLoss,
  consistencyLoss,
  countingLoss,
  countingTerms,
  discriminatorLoss,
  entropyLoss,
  generatorLoss,
  pseudoLabelLoss,
  skipGramLoss,
  uniformityLoss,
  virtualAdversarialLoss,
} from '../../../src/losses/index.js';
import { hold, normals } from '../../helpers/index.js';
import { type LossRow, pair, shape, two } from './row.js';

const line = (...x: number[]): Tensor => hold(tensor1d(x));

export const other: readonly LossRow[] = [
  {
    name: 'alignmentLoss',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => alignmentLoss(two(a), two(b)),
    differentiable: [0, 1],
    // By hand: a right angle.
    reference: [2, 1, 3].map((alpha) => [
      2 ** (alpha / 2),
      () => alignmentLoss(two(hold(tensor([[3, 0]]))), two(hold(tensor([[0, 0.1]]))), { alpha }),
    ]),
    rejected: [
      ...pair(alignmentLoss, 'alignmentLoss', 'a', 'b'),
      [(a, b) => alignmentLoss(two(a), two(b), { alpha: 0.5 }), /alpha must be a number >= 1, got 0.5/],
    ],
    scaleInvariant: true,
    rotationInvariant: true,
    symmetric: true,
    collapsed: 0,
  },
  {
    name: 'uniformityLoss',
    shapes: [[6, 4]],
    loss: (a) => uniformityLoss(two(a)),
    differentiable: [0],
    // By hand: two right angles and one half turn, squared distances 2, 2 and 4.
    reference: [
      [
        Math.log((2 * Math.exp(-4) + Math.exp(-8)) / 3),
        () =>
          uniformityLoss(
            two(
              hold(
                tensor([
                  [1, 0],
                  [0, 1],
                  [-1, 0],
                ]),
              ),
            ),
          ),
      ],
    ],
    rejected: [
      [() => uniformityLoss(normals<Tensor2D>(0, [1, 4])), /uniformityLoss: batch must be a number >= 2, got 1/],
      [(a) => uniformityLoss(two(a), { t: 0 }), /t must be a number > 0, got 0/],
    ],
    scaleInvariant: true,
    rotationInvariant: true,
    collapsed: 0,
  },
  {
    name: 'discriminatorLoss',
    shapes: [[6, 1], [4]],
    loss: (a, b) => discriminatorLoss(a as Tensor, b as Tensor),
    differentiable: [0, 1],
    reference: [
      [2 * Math.log1p(Math.exp(-1)), () => discriminatorLoss(line(1), line(-1, -1))],
      [chanceLoss('discriminator'), () => discriminatorLoss(line(0, 0), line(0))],
      [0.5 + 3, () => discriminatorLoss(line(0, 2), line(2), { kind: 'hinge' })],
      [0.25 + 2, () => discriminatorLoss(line(0, 1), line(2), { kind: 'leastSquares' })],
    ],
    rejected: [
      [(a) => discriminatorLoss(a as Tensor, hold(tensor1d([1], 'int32'))), /fake must have dtype float32, got int32/],
      [(a) => discriminatorLoss(undefined as never, a as Tensor), /real must be a tensor/],
      [
        (a) => discriminatorLoss(a as Tensor, a as Tensor, { kind: 'x' as 'hinge' }),
        /kind must be one of 'nonSaturating', 'hinge', 'leastSquares', got "x"/,
      ],
    ],
    orderInvariant: false,
  },
  ...(['hinge', 'leastSquares'] as const).map(
    (kind): LossRow => ({
      name: `discriminatorLoss, ${kind}`,
      shapes: [[6], [4]],
      loss: (a, b) => discriminatorLoss(a as Tensor, b as Tensor, { kind }),
      differentiable: [0, 1],
      reference: [],
      rejected: [],
      orderInvariant: false,
    }),
  ),
  ...(['nonSaturating', 'hinge', 'leastSquares'] as const).map(
    (kind): LossRow => ({
      name: `generatorLoss, ${kind}`,
      shapes: [[6], [4]],
      loss: (a, b) => generatorLoss(a as Tensor, { kind, real: b as Tensor }),
      differentiable: [0, 1],
      reference:
        kind === 'nonSaturating'
          ? [
              [Math.log1p(Math.exp(-1)), () => generatorLoss(line(1))],
              [chanceLoss('generatorLoss'), () => generatorLoss(line(0))],
            ]
          : kind === 'hinge'
            ? [[-1 + 2, () => generatorLoss(line(0, 2), { kind, real: line(2) })]]
            : [[0.5 + 2, () => generatorLoss(line(0), { kind, real: line(2) })]],
      rejected: [
        [() => generatorLoss(3 as never, { kind }), /generatorLoss: fake must be a tensor, got 3/],
        [(a) => generatorLoss(a as Tensor, { kind, real: 3 as never }), /generatorLoss: real must be a tensor, got 3/],
      ],
      orderInvariant: false,
    }),
  ),
  {
    name: 'countingLoss',
    shapes: [
      [6, 4],
      [6, 2, 4],
      [6, 4],
    ],
    loss: (a, t, b) => countingLoss(two(a), t as Tensor3D, two(b), { margin: 12 }),
    differentiable: [0, 1, 2],
    // By hand: the tiles add up to [3, 0].
    reference: [
      [
        4 + (10 - 1),
        () =>
          countingLoss(
            two(hold(tensor2d([[1, 0]]))),
            hold(
              tensor3d([
                [
                  [1, 0],
                  [2, 0],
                ],
              ]),
            ),
            two(hold(tensor2d([[3, 1]]))),
          ),
      ],
    ],
    rejected: [
      [(a, t) => countingLoss(two(a), t as Tensor3D, normals<Tensor2D>(1, [6, 3])), shape('other', '6, 4', '6, 3')],
      [
        (a, _, b) => countingLoss(two(a), normals<Tensor3D>(1, [6, 2, 3]), two(b)),
        shape('tiles', '6, tiles, 4', '6, 2, 3'),
      ],
      [
        (a, t, b) => countingTerms(two(a), t as Tensor3D, two(b), { margin: -1 }),
        /countingTerms: margin must be .*, got -1/,
      ],
    ],
    rotationInvariant: true,
    terms: [
      (a, t, b) => ({ ...countingTerms(two(a), t as Tensor3D, two(b), { margin: 12 }) }),
      { equality: 1, contrast: 1 },
    ],
  },
  {
    name: 'skipGramLoss',
    shapes: [
      [6, 4],
      [6, 4],
      [6, 3, 4],
    ],
    loss: (a, b, n) => skipGramLoss(two(a), two(b), n as Tensor3D),
    differentiable: [0, 1, 2],
    reference: [
      [
        chanceLoss('skipGramLoss', { negatives: 2 }),
        () =>
          skipGramLoss(
            two(hold(tensor2d([[1, 0]]))),
            two(hold(tensor2d([[0, 3]]))),
            hold(
              tensor3d([
                [
                  [0, 1],
                  [0, 2],
                ],
              ]),
            ),
          ),
      ],
    ],
    rejected: [
      ...pair((a, b) => skipGramLoss(a, b, normals(1, [6, 2, 4])), 'skipGramLoss', 'center', 'context').slice(0, 1),
      [
        (a, b) => skipGramLoss(two(a), two(b), normals<Tensor3D>(1, [6, 2, 3])),
        shape('negatives', '6, k, 4', '6, 2, 3'),
      ],
    ],
    rotationInvariant: true,
  },
  {
    name: 'pseudoLabelLoss',
    shapes: [[6, 4]],
    loss: (a) => pseudoLabelLoss(two(a)),
    differentiable: [0],
    // By hand: probabilities 0.75 and 0.5.
    reference: [
      [
        (Math.log(4 / 3) + Math.log(2)) / 2,
        () =>
          pseudoLabelLoss(
            two(
              hold(
                tensor2d([
                  [Math.log(3), 0],
                  [1, 1],
                ]),
              ),
            ),
          ),
      ],
      [
        Math.log(4 / 3) / 2,
        () =>
          pseudoLabelLoss(
            two(
              hold(
                tensor2d([
                  [Math.log(3), 0],
                  [1, 1],
                ]),
              ),
            ),
            { threshold: 0.6 },
          ),
      ],
    ],
    rejected: [
      [() => pseudoLabelLoss(normals(1, [3])), shape('logits', 'batch, classes', '3')],
      [(a) => pseudoLabelLoss(two(a), { threshold: 2 }), /threshold must be a number >= 0 and <= 1, got 2/],
    ],
  },
  {
    name: 'consistencyLoss, soft',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => consistencyLoss(two(a), two(b), { threshold: 0.4 }),
    differentiable: [0],
    // By hand: the target, sharpened, is (0.9, 0.1); only the first row is sure.
    reference: [
      [
        (0.9 * Math.log(0.9 / 0.5) + 0.1 * Math.log(0.1 / 0.5)) / 2,
        () =>
          consistencyLoss(
            two(
              hold(
                tensor2d([
                  [1, 1],
                  [4, 2],
                ]),
              ),
            ),
            two(
              hold(
                tensor2d([
                  [Math.log(3), 0],
                  [0, 0],
                ]),
              ),
            ),
            {
              temperature: 0.5,
              threshold: 0.7,
            },
          ),
      ],
    ],
    rejected: [
      ...pair(consistencyLoss, 'consistencyLoss', 'logits', 'target').slice(0, 1),
      [
        (a, b) => consistencyLoss(two(a), two(b), { labels: 'x' as 'hard' }),
        /labels must be one of 'soft', 'hard', got "x"/,
      ],
      [(a, b) => consistencyLoss(two(a), two(b), { temperature: 0 }), /temperature must be .*, got 0/],
      [(a, b) => consistencyLoss(two(a), two(b), { threshold: -1 }), /threshold must be .*, got -1/],
    ],
  },
  {
    name: 'consistencyLoss, hard',
    shapes: [
      [6, 4],
      [6, 4],
    ],
    loss: (a, b) => consistencyLoss(two(a), two(b), { labels: 'hard', threshold: 0.4 }),
    differentiable: [0],
    reference: [
      [
        Math.log(2) / 2,
        () =>
          consistencyLoss(
            two(
              hold(
                tensor2d([
                  [1, 1],
                  [4, 2],
                ]),
              ),
            ),
            two(
              hold(
                tensor2d([
                  [9, 0],
                  [0, 0],
                ]),
              ),
            ),
            { labels: 'hard' },
          ),
      ],
    ],
    rejected: [],
  },
  {
    name: 'entropyLoss',
    shapes: [[6, 4]],
    loss: (a) => entropyLoss(two(a)),
    differentiable: [0],
    reference: [
      [Math.log(2), () => entropyLoss(two(hold(tensor2d([[5, 5]]))))],
      [Math.log(4) - 0.75 * Math.log(3), () => entropyLoss(two(hold(tensor2d([[Math.log(3), 0]]))))],
    ],
    rejected: [[() => entropyLoss(normals(1, [3])), shape('logits', 'batch, classes', '3')]],
  },
  {
    name: 'virtualAdversarialLoss',
    shapes: [[6, 4]],
    // The disturbance is a constant, so the gradient is not that of the value.
    loss: (x) =>
      tidy(() => {
        const weights = tensor2d([1, 2, 0, -1, 1, 3, 0, 1, 1, -2, 0, 1], [4, 3]);
        return virtualAdversarialLoss((at) => matMul(at, weights) as Tensor2D, two(x), 3, { radius: 0.5 });
      }),
    differentiable: [],
    reference: [],
    rejected: [
      [(x) => virtualAdversarialLoss((at) => at, two(x), 1, { radius: 0 }), /radius must be a number > 0, got 0/],
      [(x) => virtualAdversarialLoss((at) => at, two(x), 1, { xi: 0 }), /xi must be a number > 0, got 0/],
      [
        (x) => virtualAdversarialLoss((at) => at, two(x), 1, { iterations: 0 }),
        /iterations must be an integer >= 1, got 0/,
      ],
      [() => virtualAdversarialLoss((at) => at as Tensor2D, normals(1, [3]), 1), shape('x', 'batch, axis 1', '3')],
    ],
    orderInvariant: false, // sample i has the disturbance of its place
  },
];
