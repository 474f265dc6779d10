import {
  add,
  mean,
  mul,
  neg,
  relu,
  type Scalar,
  softplus,
  square,
  sub,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { anyAxes, checkChoice, checkFloat } from '../internal/checks.js';
import type { LossInput } from './lossInput.js';

/**
 * How scores are judged:
 *
 * - `'nonSaturating'`: as logits by cross-entropy, ln(1 + e^-s) for "real" and ln(1 + e^s) for "fake" (Goodfellow).
 * - `'hinge'`: max(0, 1 - s) and max(0, 1 + s); the generator gets -s (SAGAN, BigGAN, BigBiGAN).
 * - `'leastSquares'`: (s - 1)² / 2 and s² / 2 (LSGAN).
 */
export type AdversarialKind = 'nonSaturating' | 'hinge' | 'leastSquares';

/** Options of {@link discriminatorLoss}. */
export interface DiscriminatorOptions {
  /** How scores are judged. @defaultValue 'nonSaturating' */
  readonly kind?: AdversarialKind;
}

/** Options of {@link generatorLoss}. */
export interface GeneratorOptions extends DiscriminatorOptions {
  /**
   * BiGAN: scores of real images with their encodings, float32, any shape, which generator and encoder together want to pass
   * for fake. Without it the loss is a plain GAN's. @defaultValue none
   */
  readonly real?: Tensor | null;
}

/**
 * Loss of a discriminator: the mean over real scores of "that is real", plus the mean over fake ones of "that is fake".
 *
 * For a BiGAN the scores are those of pairs: (image, encoding) is real, (generated image, its code) is fake.
 *
 * @param real - Scores of real samples, before any sigmoid, float32, any shape.
 * @param fake - Scores of generated ones, float32, any shape.
 * @param options - How scores are judged.
 * @returns Scalar; the caller disposes it. Differentiable in both. 2 ln 2 when all scores are 0 and so nothing is told apart;
 * 'hinge': 2; 'leastSquares': 1/4 at scores of 1/2.
 * @throws ShapeError on a wrong dtype; RangeError if the kind is unknown.
 * @see Goodfellow et al., "Generative Adversarial Networks", NeurIPS 2014, arXiv:1406.2661; Donahue et al., "Adversarial
 * Feature Learning", ICLR 2017, arXiv:1605.09782; Mao et al., LSGAN, arXiv:1611.04076; Zhang et al., SAGAN, arXiv:1805.08318.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { discriminatorLoss } from 'selfsup/losses';
 * discriminatorLoss(tensor1d([2, 1]), tensor1d([-1, 0]), { kind: 'hinge' }).print(); // 0.5
 * ```
 */
export function discriminatorLoss(real: LossInput, fake: LossInput, options: DiscriminatorOptions = {}): Scalar {
  const { kind = 'nonSaturating' } = checkOptions('discriminatorLoss', options, ['kind']);
  check('discriminatorLoss', { real, fake }, kind);
  return tidy(() => {
    if (kind === 'hinge') return add<Scalar>(mean(relu(sub(1, real as Tensor))), mean(relu(add(1, fake as Tensor))));
    return add<Scalar>(judged(real as Tensor, true, kind), judged(fake as Tensor, false, kind));
  });
}

/**
 * Loss of a generator, and of a BiGAN's encoder: the mean over fake scores of "that is real" and, with `real`, over real ones
 * of "that is fake". Non-saturating: the labels are exchanged, the discriminator's loss is not negated.
 *
 * @param fake - Scores of generated samples, before any sigmoid, float32, any shape.
 * @param options - How scores are judged, and a BiGAN's real scores.
 * @returns Scalar; the caller disposes it. Differentiable in both. ln 2 when all scores are 0, 2 ln 2 with `real`; 'hinge' is
 * minus the mean score and has no least value.
 * @throws ShapeError on a wrong dtype; RangeError if the kind is unknown.
 * @see {@link discriminatorLoss}
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { generatorLoss } from 'selfsup/losses';
 * const [real, fake] = [tensor1d([2, 1]), tensor1d([-1, 0])];
 * generatorLoss(fake).print(); // GAN
 * generatorLoss(fake, { real }).print(); // BiGAN
 * ```
 */
export function generatorLoss(fake: LossInput, options: GeneratorOptions = {}): Scalar {
  const { kind = 'nonSaturating', real = null } = checkOptions('generatorLoss', options, ['real', 'kind']);
  check('generatorLoss', real !== null ? { fake, real } : { fake }, kind);
  return tidy(() => {
    const one = kind === 'hinge' ? neg(mean<Scalar>(fake as Tensor)) : judged(fake as Tensor, true, kind);
    if (!real) return one;
    return add<Scalar>(one, kind === 'hinge' ? mean(real) : judged(real, false, kind));
  });
}

function check(where: string, scores: Readonly<Record<string, LossInput>>, kind: AdversarialKind): void {
  for (const [name, x] of Object.entries(scores)) {
    checkFloat(where, name, x, anyAxes(x));
  }
  checkChoice(where, 'kind', kind, ['nonSaturating', 'hinge', 'leastSquares']);
}

/** How wrong it is that the scores are real, or fake. */
function judged(scores: Tensor, real: boolean, kind: 'nonSaturating' | 'leastSquares'): Scalar {
  if (kind === 'leastSquares') return mul(mean(square(real ? sub(scores, 1) : scores)), 0.5);
  return mean(softplus(real ? neg(scores) : scores));
}
