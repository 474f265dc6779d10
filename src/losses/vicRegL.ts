import {
  add,
  argMin,
  div,
  expandDims,
  eye,
  mean,
  min,
  mul,
  neg,
  relu,
  reshape,
  type Scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tidy,
  topk,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloats, checkIntegers, checkNumbers } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { matMul } from '../internal/matMul.js';
import { oneHotRows } from '../internal/oneHotRows.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link vicRegLTerms}. */
export interface VicRegLTermsOptions {
  /** Closest pairs of cells that are kept of each map, an integer \>= 1; all if there are fewer. @defaultValue 20 */
  readonly matches?: number;
  /** Added to the variance of a feature, \> 0. @defaultValue 1e-4, as in the authors' code */
  readonly epsilon?: number;
}

/** Options of {@link vicRegLLoss}. */
export interface VicRegLOptions extends VicRegLTermsOptions {
  /** Share of the global loss, 0 to 1; the local one has the rest. @defaultValue 0.75, as in the authors' code */
  readonly alpha?: number;
  /** Weight of the invariance terms, \>= 0. @defaultValue 25 */
  readonly invariance?: number;
  /** Weight of the variance terms, \>= 0. @defaultValue 25 */
  readonly variance?: number;
  /** Weight of the covariance terms, \>= 0. @defaultValue 1 */
  readonly covariance?: number;
}

/** The parts of {@link vicRegLLoss}, unweighted; the caller disposes them. Covariance terms are averaged over the views. */
export interface VicRegLTerms {
  /** Of the embeddings. */
  readonly invariance: Scalar;
  /** Of the embeddings. */
  readonly variance: Scalar;
  /** Of the embeddings. */
  readonly covariance: Scalar;
  /** Of matched cells: matches by feature plus matches by place. */
  readonly localInvariance: Scalar;
  /** Of matched cells. */
  readonly localVariance: Scalar;
  /** Of matched cells. */
  readonly localCovariance: Scalar;
}

/**
 * VICRegL: alpha * VICReg of the embeddings + (1 - alpha) * VICReg of cells of the feature maps, matched twice: each cell with
 * the nearest of the other map by feature, and by place in the original image. Of either, the closest `matches` pairs count.
 *
 * Both directions are averaged and the two matchings added. As in the authors' code variances and covariances of cells are
 * taken over the batch, one for each rank of match, and covariance terms are averaged over the two views, where
 * {@link vicRegLoss} adds them. The authors' code takes 20 matches one way and 4 the other, the paper 20 for large and 4 for
 * small crops. For more crops average over pairs.
 *
 * @param zA - Embeddings of view A, float32 `[batch, dim]`, batch at least 2.
 * @param zB - Embeddings of view B, same shape.
 * @param mapA - Projected feature map of view A, float32 `[batch, height, width, channels]`.
 * @param mapB - That of view B; height and width may differ.
 * @param positionsA - Where in the original image each cell's centre lies, in any unit, float32 `[batch, height, width, 2]`; no
 * gradient.
 * @param positionsB - The same for `mapB`.
 * @param options - Weights and matches.
 * @returns Scalar; the caller disposes it. Differentiable in embeddings and maps. If all rows and cells are equal it is
 * variance * (2 - alpha) * (1 - sqrt(epsilon)).
 * @throws ShapeError on a wrong shape or dtype; RangeError if batch \< 2 or an option is out of range.
 * @see Bardes et al., "VICRegL: Self-Supervised Learning of Local Visual Features", NeurIPS 2022, arXiv:2210.01571, section 3.
 * @example
 * ```ts
 * import { randomNormal, randomUniform, type Rank } from '@tensorflow/tfjs-core';
 * import { vicRegLLoss } from 'selfsup/losses';
 * const [zA, zB] = [randomNormal<Rank.R2>([4, 16]), randomNormal<Rank.R2>([4, 16])];
 * const [mapA, mapB] = [randomNormal<Rank.R4>([4, 3, 3, 8]), randomNormal<Rank.R4>([4, 3, 3, 8])];
 * const [atA, atB] = [randomUniform<Rank.R4>([4, 3, 3, 2]), randomUniform<Rank.R4>([4, 3, 3, 2])];
 * vicRegLLoss(zA, zB, mapA, mapB, atA, atB, { matches: 4 }).print();
 * ```
 */
export function vicRegLLoss(
  zA: LossInput,
  zB: LossInput,
  mapA: LossInput,
  mapB: LossInput,
  positionsA: LossInput,
  positionsB: LossInput,
  options: VicRegLOptions = {},
): Scalar {
  const {
    alpha = 0.75,
    invariance = 25,
    variance = 25,
    covariance = 1,
  } = checkOptions('vicRegLLoss', options, ['alpha', 'invariance', 'variance', 'covariance', 'matches', 'epsilon']);
  check('vicRegLLoss', { zA, zB }, [mapA, mapB], [positionsA, positionsB], options);
  checkNumbers('vicRegLLoss', {
    alpha: [alpha, 0, 1],
    invariance: [invariance, 0],
    variance: [variance, 0],
    covariance: [covariance, 0],
  });
  return tidy(() => {
    const all = terms(
      [zA, zB] as Pair<Tensor2D>,
      [mapA, mapB] as Pair<Tensor4D>,
      [positionsA, positionsB] as Pair<Tensor4D>,
      options,
    );
    const weighed = (i: Scalar, v: Scalar, c: Scalar, share: number): Scalar =>
      add(add(mul(i, share * invariance), mul(v, share * variance)), mul(c, share * covariance));
    return add(
      weighed(all.invariance, all.variance, all.covariance, alpha),
      weighed(all.localInvariance, all.localVariance, all.localCovariance, 1 - alpha),
    );
  });
}

/**
 * The parts of {@link vicRegLLoss}, for logging or for weights of one's own.
 *
 * @param zA - float32 `[batch, dim]`, batch at least 2.
 * @param zB - Same shape.
 * @param mapA - float32 `[batch, height, width, channels]`.
 * @param mapB - The same of view B.
 * @param positionsA - float32 `[batch, height, width, 2]`; no gradient.
 * @param positionsB - The same for `mapB`.
 * @param options - Matches and epsilon.
 * @returns Six scalars; the caller disposes them. Differentiable in embeddings and maps.
 * @throws ShapeError on a wrong shape or dtype; RangeError if batch \< 2 or an option is out of range.
 * @see {@link vicRegLLoss}
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { vicRegLTerms } from 'selfsup/losses';
 * const [z, map, at] = [randomNormal<Rank.R2>([4, 8]), randomNormal<Rank.R4>([4, 2, 2, 8]), randomNormal<Rank.R4>([4, 2, 2, 2])];
 * vicRegLTerms(z, z, map, map, at, at).localVariance.print();
 * ```
 */
export function vicRegLTerms(
  zA: LossInput,
  zB: LossInput,
  mapA: LossInput,
  mapB: LossInput,
  positionsA: LossInput,
  positionsB: LossInput,
  options: VicRegLTermsOptions = {},
): VicRegLTerms {
  checkOptions('vicRegLTerms', options, ['matches', 'epsilon']);
  check('vicRegLTerms', { zA, zB }, [mapA, mapB], [positionsA, positionsB], options);
  return tidy(() => ({
    ...terms(
      [zA, zB] as Pair<Tensor2D>,
      [mapA, mapB] as Pair<Tensor4D>,
      [positionsA, positionsB] as Pair<Tensor4D>,
      options,
    ),
  }));
}

type Pair<T> = readonly [T, T];

function check(
  where: string,
  { zA, zB }: Readonly<Record<'zA' | 'zB', LossInput>>,
  [mapA, mapB]: Pair<LossInput>,
  [positionsA, positionsB]: Pair<LossInput>,
  { matches = 20, epsilon = 1e-4 }: VicRegLTermsOptions,
): void {
  const map = (side: string): string[] => ['batch', `height ${side}`, `width ${side}`];
  checkFloats(where, {
    zA: [zA, ['batch', 'dim']],
    zB: [zB, ['batch', 'dim']],
    mapA: [mapA, [...map('A'), 'channels']],
    mapB: [mapB, [...map('B'), 'channels']],
    positionsA: [positionsA, [...map('A'), 2]],
    positionsB: [positionsB, [...map('B'), 2]],
  });
  checkNumbers(where, { batch: [(zA as Tensor2D).shape[0], 2], epsilon: [epsilon, Number.MIN_VALUE] });
  checkIntegers(where, { matches: [matches, 1] });
}

/** Invariance, variance and covariance. */
type Parts = readonly [Scalar, Scalar, Scalar];

function terms(
  z: Pair<Tensor2D>,
  maps: Pair<Tensor4D>,
  positions: Pair<Tensor4D>,
  { matches = 20, epsilon = 1e-4 }: VicRegLTermsOptions,
): VicRegLTerms {
  const [zA, zB] = z.map((x) => expandDims(x, 0)) as [Tensor3D, Tensor3D];
  const [invariance, variance, covariance] = vicReg(zA, zB, epsilon);
  const cells = [...maps, ...positions].map((x) => reshape(x, [x.shape[0], -1, x.shape[3]])) as Tensor3D[];
  const found = [
    [0, 1, 0, 1],
    [1, 0, 1, 0],
    [0, 1, 2, 3],
    [1, 0, 3, 2],
  ].map((order) =>
    vicReg(
      ...match(
        order.map((i) => cells[i] as Tensor3D),
        matches,
      ),
      epsilon,
    ),
  );
  // Each matching is the mean of two directions; the two are added.
  const local = (i: 0 | 1 | 2): Scalar =>
    mul(
      found.map((parts) => parts[i]).reduce((x, y) => add(x, y)),
      0.5,
    );
  return {
    invariance,
    variance,
    covariance,
    localInvariance: local(0),
    localVariance: local(1),
    localCovariance: local(2),
  };
}

/**
 * Given x, y and their places, each `[batch, cells, channels]`: the cells of x whose nearest cell of y, by place, is closest,
 * and those nearest cells, each `[matches, batch, channels]`.
 */
function match(given: readonly Tensor3D[], matches: number): [Tensor3D, Tensor3D] {
  const [x, y, placeX, placeY] = given as [Tensor3D, Tensor3D, Tensor3D, Tensor3D];
  const [batch, n] = x.shape;
  const m = y.shape[1];
  const count = Math.min(matches, n);
  const hot = (indices: Tensor2D, width: number): Tensor3D =>
    reshape(oneHotRows(reshape(indices, [-1]) as Tensor1D, width), [...indices.shape, width]);
  const distances = constant<Tensor3D>(() => {
    const [lengthX, lengthY] = [sum(square(placeX), 2, true), sum(square(placeY), 2, true)];
    const products = matMul(placeX, transpose(placeY, [0, 2, 1]));
    return sub(add(lengthX, transpose(lengthY, [0, 2, 1])), mul(products, 2));
  });
  const chosen = constant(() => hot(topk(neg(min(distances, 2)), count).indices as Tensor2D, n));
  const nearest = constant(() => matMul(chosen, hot(argMin(distances, 2), m)) as Tensor3D);
  const pick = (selection: Tensor3D, from: Tensor3D): Tensor3D =>
    transpose(reshape(matMul(selection, from), [batch, count, -1]), [1, 0, 2]) as Tensor3D;
  return [pick(chosen, x), pick(nearest, y)];
}

/** VICReg over the batch of `[groups, batch, channels]`, averaged over groups and, but for the invariance, over x and y. */
function vicReg(x: Tensor3D, y: Tensor3D, epsilon: number): Parts {
  const [groups, batch, dim] = x.shape;
  const elsewhere = sub(1, eye(dim));
  const spread = (z: Tensor3D): Pair<Scalar> => {
    const centered = sub<Tensor3D>(z, mean(z, 1, true));
    const deviation = sqrt(add(div(sum(square(centered), 1), batch - 1), epsilon));
    const covariances = matMul(transpose(centered, [0, 2, 1]), div(centered, batch - 1));
    const apart = sum<Scalar>(square(mul(covariances, elsewhere)));
    return [mean<Scalar>(relu(sub(1, deviation))), div(apart, dim * groups)];
  };
  const [[v, c], [w, d]] = [spread(x), spread(y)];
  return [mean(square(sub(x, y))), mul(add(v, w), 0.5), mul(add(c, d), 0.5)];
}
