import {
  cast,
  greater,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  alignmentLoss,
  barlowTwinsLoss,
  infoNCELoss,
  maskedReconstructionLoss,
  ntXentLoss,
  uniformityLoss,
} from '../../src/losses/index.js';
import { FeatureQueue } from '../../src/momentum/index.js';
import { hold, normals } from '../helpers/index.js';

/** What every loss must pass; the suite is in losses.test.ts. */
export interface LossRow {
  readonly name: string;
  /** Shapes of the inputs. */
  readonly shapes: readonly (readonly number[])[];
  /** The loss with its defaults. */
  readonly loss: (...inputs: Tensor[]) => Scalar;
  /** Inputs that it is differentiable in. */
  readonly differentiable: readonly number[];
  /** A value from the peers' own code in float64 (../shared/design/PEERS.md 3.12) or, where it says so, by hand. */
  readonly reference: readonly (readonly [value: number, loss: () => Scalar])[];
  /** Calls that must throw, and what the message must say. */
  readonly rejected: readonly (readonly [call: (...inputs: Tensor[]) => unknown, message: RegExp])[];
  /** Whether one positive factor per input changes nothing. */
  readonly scaleInvariant?: boolean;
  /** Whether a batch of one sample is taken. */
  readonly takesOne?: boolean;
  /** Whether one rotation of all inputs changes nothing. */
  readonly rotationInvariant?: boolean;
  /** Whether two inputs may be exchanged. */
  readonly symmetric?: boolean;
  /** Whether one reordering of the samples of all inputs changes nothing. @defaultValue true */
  readonly orderInvariant?: boolean;
  /** Value when all rows of all inputs are equal. */
  readonly collapsed?: number;
}

const two = (x: Tensor | undefined): Tensor2D => x as Tensor2D;
const wave = (f: (k: number) => number, shape: number[]): Tensor =>
  hold(
    tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, k) => f(k)),
      shape,
    ),
  );
const z0 = (): Tensor2D => two(wave((k) => Math.sin(0.13 * k * k + 0.3), [8, 16]));
const z1 = (): Tensor2D => two(wave((k) => Math.sin(0.13 * k * k + 0.3) + 0.5 * Math.cos(0.29 * k * k), [8, 16]));
/** The queue of PEERS 3.12, there `[dim, rows]`, with unit columns. */
const bank = (): Tensor2D => two(wave((k) => Math.cos(0.09 * ((k % 16) * 20 + Math.floor(k / 16)) ** 2), [20, 16]));

const shape = (name: string, wanted: string, got: string): RegExp =>
  new RegExp(`${name} must have shape \\[${wanted}\\], got \\[${got}\\]`);
const pair = (loss: (a: Tensor2D, b: Tensor2D) => unknown, name: string, first: string, second: string) =>
  [
    [(a: Tensor) => loss(two(a), normals(0, [3, 2])), shape(second, '6, 4', '3, 2')],
    [(a: Tensor) => loss(normals(0, [6]) as Tensor as Tensor2D, two(a)), shape(first, 'batch, dim', '6')],
    [(a: Tensor) => loss(two(a), hold(tensor([1, 2], [1, 2], 'int32'))), new RegExp(`${name}: ${second} must have`)],
    [
      (a: Tensor) => loss(two(a), two(hold(cast(a, 'int32')))),
      new RegExp(`${second} must have dtype float32, got int32`),
    ],
    [(a: Tensor) => loss(undefined as unknown as Tensor2D, two(a)), new RegExp(`${first} must be a tensor`)],
    [(a: Tensor) => loss(hold(tensor([], [0, 4])) as Tensor2D, two(a)), shape(first, 'batch, dim', '0, 4')],
  ] as const;

export const rows: readonly LossRow[] = [
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
    takesOne: true,
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
    takesOne: true,
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
    takesOne: true,
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
    takesOne: true,
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
    takesOne: true,
    rotationInvariant: true,
    orderInvariant: false,
    collapsed: Math.log(6),
  },
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
  },
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
    takesOne: true,
  },
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
    takesOne: true,
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
];
