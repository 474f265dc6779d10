import { cast, matMul, type Scalar, type Tensor, type Tensor2D, tensor, tidy } from '@tensorflow/tfjs-core';
import { l2Normalize } from '../../../src/internal/l2Normalize.js';
import { hold, normals } from '../../helpers/index.js';

/** What every loss must pass; the suite is in losses.test.ts. */
export interface LossRow {
  readonly name: string;
  /** Shapes of the inputs. */
  readonly shapes: readonly (readonly number[])[];
  /** The loss with its defaults. */
  readonly loss: (...inputs: Tensor[]) => Scalar;
  /** Inputs that it is differentiable in. */
  readonly differentiable: readonly number[];
  /** A value from the peers' own code in float64, on the inputs of `z0` and `z1`, or, where it says so, by hand. */
  readonly reference: readonly (readonly [value: number, loss: () => Scalar])[];
  /** Calls that must throw, and what the message must say. */
  readonly rejected: readonly (readonly [call: (...inputs: Tensor[]) => unknown, message: RegExp])[];
  /** Whether one positive factor per input changes nothing. */
  readonly scaleInvariant?: boolean;
  /** Whether one rotation of all inputs changes nothing. */
  readonly rotationInvariant?: boolean;
  /** Whether two inputs may be exchanged. */
  readonly symmetric?: boolean;
  /** Whether one reordering of the samples of all inputs changes nothing. @defaultValue true */
  readonly orderInvariant?: boolean;
  /** Value when all rows of all inputs are equal (and of length 1, where `scaleInvariant` is not set). */
  readonly collapsed?: number;
  /** The parts of a composite loss with its defaults, and their weights. */
  readonly terms?: readonly [
    parts: (...inputs: Tensor[]) => Readonly<Record<string, Scalar>>,
    weights: Readonly<Record<string, number>>,
  ];
}

/** The same, typed as a matrix. */
export const two = (x: Tensor | undefined): Tensor2D => x as Tensor2D;
/** f(0), f(1), ... in a shape. */
export const wave = (f: (k: number) => number, shape: number[]): Tensor =>
  hold(
    tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, k) => f(k)),
      shape,
    ),
  );
/** Two views, `[8, 16]`. */
export const z0 = (): Tensor2D => two(wave((k) => Math.sin(0.13 * k * k + 0.3), [8, 16]));
/** The other view. */
export const z1 = (): Tensor2D =>
  two(wave((k) => Math.sin(0.13 * k * k + 0.3) + 0.5 * Math.cos(0.29 * k * k), [8, 16]));
/** A queue of 20 rows (the peers keep it transposed). */
export const bank = (): Tensor2D =>
  two(wave((k) => Math.cos(0.09 * ((k % 16) * 20 + Math.floor(k / 16)) ** 2), [20, 16]));

/** Prototypes, `[6, 16]`, of unit length (the peers keep them transposed). */
export const prototypes = (): Tensor2D =>
  hold(
    tidy(() => l2Normalize(two(wave((k) => Math.sin(0.11 * ((k % 16) * 6 + Math.floor(k / 16)) ** 2 + 0.2), [6, 16])))),
  );
/** Cosines of a view and the prototypes, `[8, 6]`. */
export const scores = (z: () => Tensor2D): Tensor2D =>
  hold(tidy(() => matMul(l2Normalize(z()), prototypes(), false, true) as Tensor2D));

/** What an error about a shape says. */
export const shape = (name: string, wanted: string, got: string): RegExp =>
  new RegExp(`${name} must have shape \\[${wanted}\\], got \\[${got}\\]`);
/** Calls of a loss of two views that must throw. */
export const pair = (loss: (a: Tensor2D, b: Tensor2D) => unknown, name: string, first: string, second: string) =>
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
