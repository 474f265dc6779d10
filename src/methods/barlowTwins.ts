import { type Scalar, type Tensor4D, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { trainableVariables } from '../internal/modelState.js';
import type { State } from '../internal/state.js';
import { takesUnitImages } from '../internal/takesUnitImages.js';
import { barlowTwinsLoss } from '../losses/index.js';
import { randomKey, type Seed } from '../random/index.js';
import type { Method } from '../training/index.js';
import { barlowTwinsPolicy, type Views } from '../transforms/index.js';
import { EncoderWithHead } from './parts.js';
import { type Augmentation, drawPair, outputDim, twoViews } from './twoViews.js';

/** Options of {@link BarlowTwins}. */
export interface BarlowTwinsMethodOptions {
  /** From images `[batch, height, width, channels]` to `[batch, dim]`. It stays the caller's. */
  readonly encoder: LayersModel;
  /**
   * Projection head. @defaultValue three layers with batch normalisation, each 4 times as wide as the encoder's output
   * (the authors': 8192 on 2048)
   */
  readonly head?: LayersModel;
  /** A transform drawn twice, or both views. @defaultValue `barlowTwinsPolicy` for the images that the encoder takes */
  readonly augment?: Augmentation;
  /** Weight of the off-diagonal terms, >= 0. @defaultValue 0.0051, the authors' */
  readonly lambda?: number;
  /** Seed of the head made by default. @defaultValue 0 */
  readonly seed?: Seed;
}

/** Two views of a batch. */
export interface ViewPair {
  /** `[batch, height, width, channels]` */
  readonly viewA: Tensor4D;
  /** The other view of the same images. */
  readonly viewB: Tensor4D;
}

/**
 * Barlow Twins: the cross-correlation of the two views' features is driven to the identity. The views go through the
 * encoder one after the other, as in the authors' code, so each has its own batch statistics.
 *
 * @see Zbontar et al., "Barlow Twins: self-supervised learning via redundancy reduction", ICML 2021, arXiv:2103.03230.
 * @example
 * ```ts
 * import { BarlowTwins } from 'selfsup/methods';
 * import { smallConvNet } from 'selfsup/models';
 * const method = new BarlowTwins({ encoder: smallConvNet({ channels: [8, 16] }) });
 * method.dispose();
 * ```
 */
export class BarlowTwins implements Method<Tensor4D, ViewPair> {
  /** What one keeps after training. */
  readonly encoder: LayersModel;
  /** Trainable weights of encoder and head. */
  readonly variables: Variable[];
  private readonly parts: EncoderWithHead;
  private readonly augment: Views;
  private readonly lambda: number;

  /** @throws ShapeError if encoder, head and images don't fit together; RangeError if lambda is not >= 0. */
  constructor(options: BarlowTwinsMethodOptions) {
    checkOptions('BarlowTwins', options, ['encoder', 'head', 'augment', 'lambda', 'seed']);
    const { encoder, head, augment, lambda = 0.0051, seed = 0 } = options;
    randomKey(seed);
    checkNumbers('BarlowTwins', { lambda: [lambda, 0] });
    this.augment = twoViews('BarlowTwins', encoder, augment, barlowTwinsPolicy);
    const width = 4 * outputDim('BarlowTwins', 'encoder', encoder);
    this.parts = new EncoderWithHead('BarlowTwins', encoder, head, {
      hiddenDim: width,
      outputDim: width,
      layers: 3,
      seed,
    });
    this.encoder = encoder;
    this.lambda = lambda;
    takesUnitImages.add(this);
    this.variables = trainableVariables(encoder, this.parts.head);
  }

  /** The two views of float32 images in [0, 1], or int32 bytes. */
  prepare(batch: Tensor4D, seed: Seed): ViewPair {
    this.parts.checkAlive();
    const [viewA, viewB] = drawPair('BarlowTwins', this.augment, batch, seed);
    return { viewA, viewB };
  }

  /** The Barlow Twins loss of the two views' projections. */
  loss({ viewA, viewB }: ViewPair): Scalar {
    return tidy(() => barlowTwinsLoss(this.parts.project(viewA), this.parts.project(viewB), { lambda: this.lambda }));
  }

  /** Nothing follows a step. */
  afterStep(): void {
    this.parts.checkAlive();
  }

  /** Weights of encoder and head. */
  async getState(): Promise<State> {
    return this.parts.getState();
  }

  /** Puts a state back. Throws ShapeError if it does not fit; then nothing has changed. */
  async setState(state: State): Promise<void> {
    this.parts.setState(state);
  }

  /** Frees the head if it was made here; the encoder stays the caller's. */
  dispose(): void {
    this.parts.dispose();
  }
}
