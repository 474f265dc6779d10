import {
  concat,
  expandDims,
  mean,
  mul,
  neg,
  type Rank,
  reshape,
  type Scalar,
  sub,
  type Tensor3D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkFloats, checkNumbers } from '../internal/checks.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { nuclearNorms } from '../internal/nuclearNorms.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link mmcrTerms}. */
export interface MmcrTermsOptions {
  /** Whether rows are L2-normalised first, as in the paper; lightly leaves that to the caller. @defaultValue true */
  readonly normalize?: boolean;
}

/** Options of {@link mmcrLoss}. */
export interface MmcrOptions extends MmcrTermsOptions {
  /** Weight of the samples' own nuclear norms, \>= 0. @defaultValue 0.005, as in lightly; 0 in the authors' code */
  readonly lambda?: number;
}

/** The two parts of {@link mmcrLoss}, unweighted; the caller disposes both. */
export interface MmcrTerms {
  /** Nuclear norm of the matrix of centroids: large when samples spread over many directions. */
  readonly centroids: Scalar;
  /** Mean nuclear norm of the views of a sample: small when they agree. */
  readonly samples: Scalar;
}

/**
 * MMCR, maximum manifold capacity: -|C|* + lambda * mean over samples of |Z_b|*, with C the mean of each sample's views, Z_b
 * those views, and |.|* the nuclear norm, the sum of singular values.
 *
 * Found by matrix products on the backend, no decomposition: the gradient is U Vᵀ, for which see Newton and Schulz.
 *
 * @param online - Embeddings of the views, float32 `[batch, views, dim]`.
 * @param momentum - Those of a momentum encoder, which join the online views, same shape, or null. Differentiable too; put
 * {@link stopGradient} on it, or compute it off the tape.
 * @param options - Weight, and whether to normalise.
 * @returns Scalar; the caller disposes it. Differentiable in both inputs. If all unit rows are equal it is
 * -sqrt(batch) + lambda sqrt(views), views counting those of both encoders.
 * @throws ShapeError on a wrong shape or dtype; RangeError if lambda is negative.
 * @see Yerxa et al., "Learning Efficient Coding of Natural Images with Maximum Manifold Capacity Representations", NeurIPS
 * 2023, arXiv:2303.03307, equation 4.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { mmcrLoss } from 'selfsup/losses';
 * mmcrLoss(randomNormal<Rank.R3>([8, 4, 16]), null).print();
 * ```
 */
export function mmcrLoss(online: LossInput, momentum: LossInput | null, options: MmcrOptions = {}): Scalar {
  const { lambda = 0.005, normalize = true } = checkOptions('mmcrLoss', options, ['lambda', 'normalize']);
  check('mmcrLoss', online, momentum);
  checkNumbers('mmcrLoss', { lambda: [lambda, 0] });
  checkFlags('mmcrLoss', { normalize });
  return tidy(() => {
    const views = join(online as Tensor3D, momentum as Tensor3D | null, normalize);
    const spread = ofCentroids(views);
    return lambda === 0 ? neg(spread) : sub(mul(ofSamples(views), lambda), spread);
  });
}

/**
 * The two parts of {@link mmcrLoss}, for logging or for weights of one's own.
 *
 * @param online - float32 `[batch, views, dim]`.
 * @param momentum - Same shape, or null.
 * @param options - Whether to normalise.
 * @returns Two scalars; the caller disposes them. Differentiable in both inputs.
 * @throws ShapeError on a wrong shape or dtype.
 * @see {@link mmcrLoss}
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { mmcrTerms } from 'selfsup/losses';
 * mmcrTerms(randomNormal<Rank.R3>([8, 4, 16]), null).centroids.print();
 * ```
 */
export function mmcrTerms(online: LossInput, momentum: LossInput | null, options: MmcrTermsOptions = {}): MmcrTerms {
  const { normalize = true } = checkOptions('mmcrTerms', options, ['normalize']);
  check('mmcrTerms', online, momentum);
  checkFlags('mmcrTerms', { normalize });
  return tidy(() => {
    const views = join(online as Tensor3D, momentum as Tensor3D | null, normalize);
    return { centroids: ofCentroids(views), samples: ofSamples(views) };
  });
}

function check(where: string, online: LossInput, momentum: LossInput | null): void {
  const shape = ['batch', 'views', 'dim'] as const;
  checkFloats(where, {
    online: [online, shape],
    ...((momentum ?? null) !== null ? { momentum: [momentum, shape] as const } : {}),
  });
}

function join(online: Tensor3D, momentum: Tensor3D | null, normalize: boolean): Tensor3D {
  const all = momentum ? concat([online, momentum], 1) : online;
  return normalize ? l2Normalize(all) : all;
}

function ofCentroids(views: Tensor3D): Scalar {
  return reshape<Rank.R0>(nuclearNorms(expandDims(mean(views, 1), 0)), []);
}

function ofSamples(views: Tensor3D): Scalar {
  return mean(nuclearNorms(views));
}
