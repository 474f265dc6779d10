import type { Scalar, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { abandonStep } from '../internal/abandonStep.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers } from '../internal/checks.js';
import { trainableVariables } from '../internal/modelState.js';
import { type Schedule, valueAt } from '../internal/schedule.js';
import { type State, setAllOrNone } from '../internal/state.js';
import { takesUnitImages } from '../internal/takesUnitImages.js';
import { infoNCELoss } from '../losses/index.js';
import { FeatureQueue, MomentumEncoder } from '../momentum/index.js';
import { randomKey, type Seed } from '../random/index.js';
import type { Method } from '../training/index.js';
import { mocoV2Policy, type Views } from '../transforms/index.js';
import { EncoderWithHead } from './parts.js';
import { ProducedByLoss } from './producedByLoss.js';
import { type Augmentation, drawPair, outputDim, twoViews } from './twoViews.js';

/** Options of {@link MoCo}. */
export interface MoCoOptions {
  /** From images `[batch, height, width, channels]` to `[batch, dim]`. It stays the caller's. */
  readonly encoder: LayersModel;
  /**
   * Head of the query encoder. @defaultValue two layers without batch normalisation, dim to dim to 128, as MoCo v2; MoCo v1
   * is a linear layer: `projectionHead({ inputDim, layers: 1, batchNorm: false })`
   */
  readonly head?: LayersModel;
  /** A transform drawn twice, or both views. @defaultValue `mocoV2Policy` for the images that the encoder takes */
  readonly augment?: Augmentation;
  /** Keys kept as negatives, an integer >= 1. @defaultValue 4096 (the authors' 65,536 are for ImageNet's 1.3 M images) */
  readonly capacity?: number;
  /** Weight of the past in the key encoder, in [0, 1], or a function of the step. @defaultValue 0.999, the authors' */
  readonly momentum?: Schedule;
  /** Temperature, > 0, or a function of the step. @defaultValue 0.2, MoCo v2's; v1 has 0.07 */
  readonly temperature?: Schedule;
  /** Seed of the head made by default. @defaultValue 0 */
  readonly seed?: Seed;
}

/** What a step of {@link MoCo} needs. */
export interface MoCoBatch {
  /** Queries' view of the images, `[batch, height, width, channels]`. */
  readonly queries: Tensor4D;
  /** Keys of the other view, `[batch, dim]`, from the momentum encoder; no gradient flows into them. */
  readonly keys: Tensor2D;
}

/**
 * MoCo v1 and v2: a query must find its own key, made by a momentum encoder from the other view, among a queue of keys of
 * earlier batches. The queue starts empty and holds nothing random; until it has keys, the other keys of the batch serve as
 * negatives. Each encoder normalises with the statistics of its own batch; the authors' shuffling across GPUs has no
 * meaning on one device.
 *
 * @see He et al., "Momentum contrast for unsupervised visual representation learning", CVPR 2020, arXiv:1911.05722,
 * Algorithm 1; Chen et al., MoCo v2, arXiv:2003.04297.
 * @example
 * ```ts
 * import { MoCo } from 'selfsup/methods';
 * import { smallConvNet } from 'selfsup/models';
 * const method = new MoCo({ encoder: smallConvNet({ channels: [8, 16] }), capacity: 64, momentum: 0.99 });
 * method.dispose();
 * ```
 */
export class MoCo implements Method<Tensor4D, MoCoBatch> {
  /** What one keeps after training: the query encoder. */
  readonly encoder: LayersModel;
  /** Trainable weights of the query encoder and its head. */
  readonly variables: Variable[];
  /** Keys of earlier batches, L2-normalised. */
  readonly queue: FeatureQueue;
  private readonly parts: EncoderWithHead;
  private readonly keyEncoder: MomentumEncoder;
  private readonly keyHead: MomentumEncoder;
  private readonly augment: Views;
  private readonly temperature: Schedule;
  private readonly keys = new ProducedByLoss<Tensor2D>();
  private step = 0;

  /** @throws ShapeError if encoder, head and images don't fit together; RangeError if an option is out of range. */
  constructor(options: MoCoOptions) {
    checkOptions('MoCo', options, ['encoder', 'head', 'augment', 'capacity', 'momentum', 'temperature', 'seed']);
    const { encoder, head, augment, capacity = 4096, momentum = 0.999, temperature = 0.2, seed = 0 } = options;
    randomKey(seed);
    checkIntegers('MoCo', { capacity: [capacity, 1] });
    valueAt('MoCo', 'temperature', temperature, 0, Number.MIN_VALUE);
    valueAt('MoCo', 'momentum', momentum, 0, 0, 1);
    this.augment = twoViews('MoCo', encoder, augment, mocoV2Policy);
    this.parts = new EncoderWithHead('MoCo', encoder, head, { batchNorm: false, seed });
    this.encoder = encoder;
    this.temperature = temperature;
    takesUnitImages.add(this);
    this.variables = trainableVariables(encoder, this.parts.head);
    // Encoder and head are followed one by one: a model wired from both would share, and then free, the caller's layers.
    this.keyEncoder = new MomentumEncoder(encoder, { momentum });
    this.keyHead = new MomentumEncoder(this.parts.head, { momentum });
    this.queue = new FeatureQueue({
      capacity,
      dim: outputDim('MoCo', 'head', this.parts.head),
      normalize: 'onEnqueue',
    });
  }

  /** Queries' view, and keys of the other view, of float32 images in [0, 1], or int32 bytes. */
  prepare(batch: Tensor4D, seed: Seed): MoCoBatch {
    this.parts.checkAlive();
    const [queries, other] = drawPair('MoCo', this.augment, batch, seed);
    const keys = tidy(() => this.keyHead.apply(this.keyEncoder.apply(other)) as Tensor2D);
    other.dispose();
    return { queries, keys };
  }

  /** InfoNCE of queries and keys against the queue. Under a gradient tape the keys are noted for {@link afterStep}. */
  loss(prepared: MoCoBatch): Scalar {
    this.parts.checkAlive();
    const { queries, keys } = prepared;
    const temperature = valueAt('MoCo', 'temperature', this.temperature, this.step, Number.MIN_VALUE);
    const loss = tidy(() => infoNCELoss(this.parts.project(queries), keys, { negatives: this.queue, temperature }));
    this.keys.note(prepared, keys);
    return loss;
  }

  /**
   * Enqueues the keys of all batches whose {@link loss} was taken under a gradient tape since the last step, each batch once,
   * then moves the key encoder towards the query encoder.
   */
  afterStep(): void {
    this.parts.checkAlive();
    this.keys.take((keys) => this.queue.enqueue(keys));
    this.keyEncoder.update();
    this.keyHead.update();
    this.step += 1;
  }

  /** Forgets the keys of a step that will not be finished. @internal */
  [abandonStep](): void {
    this.keys.clear();
  }

  /** Weights of both encoders and the head, queue and step. */
  async getState(): Promise<State> {
    const [parts, keyEncoder, keyHead, queue] = await Promise.all([
      this.parts.getState(),
      this.keyEncoder.getState(),
      this.keyHead.getState(),
      this.queue.getState(),
    ]);
    return { step: this.step, ...parts, keyEncoder, keyHead, queue };
  }

  /** Puts a state back. Throws ShapeError or RangeError if it does not fit; then nothing has changed. */
  async setState(state: State): Promise<void> {
    this.parts.checkState(state);
    checkIntegers('MoCo', { "state 'step'": [state.step as number, 0] });
    await setAllOrNone([
      [this.keyEncoder, state.keyEncoder],
      [this.keyHead, state.keyHead],
      [this.queue, state.queue],
    ]);
    this.parts.setState(state);
    this.step = state.step as number;
    this.keys.clear();
  }

  /** Frees the key encoder, the queue and, if it was made here, the head; the encoder stays the caller's. */
  dispose(): void {
    this.keys.clear();
    this.keyEncoder.dispose();
    this.keyHead.dispose();
    this.queue.dispose();
    this.parts.dispose();
  }
}
