import { concat, type Scalar, slice, type Tensor2D, type Tensor4D, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers } from '../internal/checks.js';
import { trainableVariables } from '../internal/modelState.js';
import { type Schedule, valueAt } from '../internal/schedule.js';
import type { State } from '../internal/state.js';
import { takesUnitImages } from '../internal/takesUnitImages.js';
import { ntXentLoss } from '../losses/index.js';
import { randomKey, type Seed } from '../random/index.js';
import type { Method } from '../training/index.js';
import { simclrPolicy, type Views } from '../transforms/index.js';
import { EncoderWithHead } from './parts.js';
import { type Augmentation, drawPair, twoViews } from './twoViews.js';

/** Options of {@link SimCLR}. */
export interface SimCLROptions {
  /** From images `[batch, height, width, channels]` to `[batch, dim]`. It stays the caller's. */
  readonly encoder: LayersModel;
  /** Projection head. @defaultValue two layers with batch normalisation, dim to dim to 128, as the authors' */
  readonly head?: LayersModel;
  /** A transform drawn twice, or both views. @defaultValue `simclrPolicy` for the images that the encoder takes */
  readonly augment?: Augmentation;
  /** Temperature, > 0, or a function of the step. @defaultValue 0.5, the authors' for CIFAR-10 */
  readonly temperature?: Schedule;
  /** Seed of the head made by default. @defaultValue 0 */
  readonly seed?: Seed;
}

/**
 * SimCLR: two augmented views of each image attract, all other images of the batch repel (NT-Xent). Both views go through
 * the encoder as one batch, so batch normalisation sees them together, as in the authors' code.
 *
 * @see Chen et al., "A simple framework for contrastive learning of visual representations", ICML 2020, arXiv:2002.05709.
 * @example
 * ```ts
 * import { SimCLR } from 'selfsup/methods';
 * import { smallConvNet } from 'selfsup/models';
 * const method = new SimCLR({ encoder: smallConvNet({ channels: [8, 16] }), temperature: 0.2 });
 * console.log(method.variables.length);
 * method.dispose();
 * ```
 */
export class SimCLR implements Method<Tensor4D, Tensor4D> {
  /** What one keeps after training. */
  readonly encoder: LayersModel;
  /** Trainable weights of encoder and head. */
  readonly variables: Variable[];
  private readonly parts: EncoderWithHead;
  private readonly augment: Views;
  private readonly temperature: Schedule;
  private step = 0;

  /** @throws ShapeError if encoder, head and images don't fit together; RangeError if the temperature is not > 0. */
  constructor(options: SimCLROptions) {
    checkOptions('SimCLR', options, ['encoder', 'head', 'augment', 'temperature', 'seed']);
    const { encoder, head, augment, temperature = 0.5, seed = 0 } = options;
    randomKey(seed);
    valueAt('SimCLR', 'temperature', temperature, 0, Number.MIN_VALUE);
    this.augment = twoViews('SimCLR', encoder, augment, simclrPolicy);
    this.parts = new EncoderWithHead('SimCLR', encoder, head, { seed });
    this.encoder = encoder;
    this.temperature = temperature;
    takesUnitImages.add(this);
    this.variables = trainableVariables(encoder, this.parts.head);
  }

  /** Float32 images in [0, 1], or int32 bytes, to both views of each, `[2 batch, height, width, channels]`: first all of view A, then all of view B. */
  prepare(batch: Tensor4D, seed: Seed): Tensor4D {
    this.parts.checkAlive();
    return tidy(() => concat(drawPair('SimCLR', this.augment, batch, seed)));
  }

  /** NT-Xent of the two views. */
  loss(prepared: Tensor4D): Scalar {
    const temperature = valueAt('SimCLR', 'temperature', this.temperature, this.step, Number.MIN_VALUE);
    return tidy(() => {
      const z = this.parts.project(prepared);
      const [n, dim] = [z.shape[0] / 2, z.shape[1]];
      return ntXentLoss(slice(z, [0, 0], [n, dim]) as Tensor2D, slice(z, [n, 0], [n, dim]) as Tensor2D, {
        temperature,
      });
    });
  }

  /** Counts the step, for a scheduled temperature. */
  afterStep(): void {
    this.parts.checkAlive();
    this.step += 1;
  }

  /** Weights of encoder and head, and the step. */
  async getState(): Promise<State> {
    return { step: this.step, ...(await this.parts.getState()) };
  }

  /** Puts a state back. Throws ShapeError or RangeError if it does not fit; then nothing has changed. */
  async setState(state: State): Promise<void> {
    this.parts.checkState(state);
    checkIntegers('SimCLR', { "state 'step'": [state.step as number, 0] });
    this.parts.setState(state);
    this.step = state.step as number;
  }

  /** Frees the head if it was made here; the encoder stays the caller's. */
  dispose(): void {
    this.parts.dispose();
  }
}
