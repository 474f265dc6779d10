import {
  dispose,
  type Scalar,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkModel } from '../internal/checkModel.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkNumbers, checkTensor, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { toUnitImages } from '../internal/imageBatch.js';
import { checkModelState, getModelState, setModelState, trainableVariables } from '../internal/modelState.js';
import { checkState, type State } from '../internal/state.js';
import { takesUnitImages } from '../internal/takesUnitImages.js';
import { maskedReconstructionLoss } from '../losses/index.js';
import type { MaeModel } from '../models/index.js';
import { type MaskedPatches, type MaskedPatchesOptions, maskedPatchesTask } from '../pretext/index.js';
import { foldIn, integers, type Seed } from '../random/index.js';
import type { Method } from '../training/index.js';
import { maePolicy, type Transform } from '../transforms/index.js';
import { type Reconstruction, showReconstruction } from './reconstruction.js';
import { imagesOf } from './twoViews.js';

/** Options of {@link MAE}. */
export interface MAEOptions {
  /** Encoder of visible patches, decoder, and the encoder of whole images that shares the weights; they stay the caller's. */
  readonly model: MaeModel;
  /** Share of the patches that is hidden, in (0, 1). @defaultValue 0.75, the paper's */
  readonly ratio?: number;
  /** How hidden patches lie. @defaultValue 'random', the paper's best */
  readonly strategy?: Exclude<MaskedPatchesOptions['strategy'], 'tube' | undefined>;
  /** Whether each target patch is standardised by its own mean and deviation. @defaultValue true, as in the paper's recipe */
  readonly normalizePatches?: boolean;
  /** Drawn once per image, to the size that the encoder takes. @defaultValue `maePolicy` */
  readonly augment?: Transform<unknown>;
}

/** What {@link MAE} prepares: the task, and the key of what drop path drops. */
export type MAEBatch = MaskedPatches & {
  /** Says which branches the blocks skip, where they skip any. */
  readonly dropSeed: number;
};

/**
 * Masked autoencoder: most patches of an image are hidden, a vision transformer encodes the others, and a light decoder
 * paints the hidden ones. What is kept is the encoder, which afterwards takes whole images.
 *
 * @see He et al., "Masked autoencoders are scalable vision learners", CVPR 2022, arXiv:2111.06377;
 * github.com/facebookresearch/mae.
 * @example
 * ```ts
 * import { dispose, type Rank, randomUniform, variableGrads } from '@tensorflow/tfjs-core';
 * import { MAE } from 'selfsup/methods';
 * import { maeModel } from 'selfsup/models';
 * const model = maeModel({ size: 16, dim: 16, depth: 1, heads: 2, decoderDim: 16 });
 * const method = new MAE({ model });
 * const prepared = method.prepare(randomUniform<Rank.R4>([4, 16, 16, 3]), 1);
 * const { value, grads } = variableGrads(() => method.loss(prepared), method.variables);
 * value.print();
 * dispose([value, grads, prepared]);
 * ```
 */
export class MAE implements Method<Tensor4D, MAEBatch> {
  /** What one keeps after training: whole images in, features out. */
  readonly encoder: LayersModel;
  /** Trainable weights of encoder and decoder. */
  readonly variables: Variable[];
  private readonly model: MaeModel;
  private readonly augment: Transform<unknown>;
  private readonly mask: MaskedPatchesOptions;
  private readonly normalizePatches: boolean;
  private gone = false;

  /** @throws ShapeError if the parts of the model don't fit together; RangeError if the mask is impossible. */
  constructor(options: MAEOptions) {
    checkOptions('MAE', options, ['model', 'ratio', 'strategy', 'normalizePatches', 'augment']);
    const { model, ratio = 0.75, strategy = 'random', normalizePatches = true, augment } = options;
    for (const part of ['encoder', 'decoder', 'features'] as const) checkModel('MAE', `model.${part}`, model?.[part]);
    if (typeof normalizePatches !== 'boolean') {
      throw new RangeError(`MAE: normalizePatches must be a boolean, got ${show(normalizePatches)}.`);
    }
    if (augment !== undefined && typeof augment !== 'function') {
      throw new RangeError(`MAE: augment must be a transform, got ${show(augment)}.`);
    }
    const { size, channels } = imagesOf('MAE', model.features);
    checkChoice('MAE', 'strategy', strategy, ['random', 'block', 'grid']);
    checkNumbers('MAE', { ratio: [ratio, 0, 1] });
    const patches = model.decoder.outputs[0]?.shape[1] ?? 0;
    const kept = Math.trunc(patches * (1 - ratio));
    if (kept < 1 || kept === patches) {
      throw new RangeError(`MAE: ratio must hide and leave at least one of ${patches} patches, got ${ratio}.`);
    }
    this.model = model;
    this.encoder = model.features;
    takesUnitImages.add(this);
    this.variables = trainableVariables(model.encoder, model.decoder);
    this.augment = augment ?? (maePolicy({ size }) as Transform<unknown>);
    this.mask = { patchSize: patchSizeOf(model, channels), ratio, strategy };
    this.normalizePatches = normalizePatches;
  }

  /** Augments the images (float32 in [0, 1], or int32 bytes), draws what is hidden, and cuts the target patches. */
  prepare(batch: Tensor4D, seed: Seed): MAEBatch {
    this.checkAlive();
    const unit = toUnitImages('MAE', 'batch', batch);
    let images: Tensor4D | undefined;
    try {
      images = this.augment(unit, foldIn(seed, 0)) as Tensor4D;
      return {
        ...maskedPatchesTask(images, foldIn(seed, 1), this.mask),
        dropSeed: integers(foldIn(seed, 2), { max: 2 ** 31 }),
      };
    } finally {
      images?.dispose();
      if (unit !== batch) unit.dispose();
    }
  }

  /** Mean squared error of the hidden patches. */
  loss({ inputs, idsKeep, idsRestore, mask, targets, dropSeed }: MAEBatch): Scalar {
    this.checkAlive();
    for (const [name, x] of Object.entries({ inputs, idsKeep, idsRestore, mask, targets })) {
      checkTensor('MAE.loss', `prepared.${name}`, x);
    }
    checkModel('MAE.loss', 'model.encoder', this.model.encoder);
    checkModel('MAE.loss', 'model.decoder', this.model.decoder);
    const { normalizePatches } = this;
    return tidy(() => {
      const prediction = this.decode(inputs, idsKeep, idsRestore, { training: true, seed: dropSeed });
      return maskedReconstructionLoss(prediction, targets, mask, { normalizePatches });
    });
  }

  /** Nothing follows a step. */
  afterStep(): void {
    this.checkAlive();
  }

  /**
   * What the model makes of images with a part hidden, to look at: not augmented, in the images' own scale.
   *
   * @param images - Float32 `[batch, height, width, channels]`, of the size that the encoder takes.
   * @param seed - Of the mask.
   * @returns Pictures; the caller disposes them.
   * @throws ShapeError on a wrong shape.
   */
  reconstruct(images: Tensor4D, seed: Seed): Reconstruction {
    this.checkAlive();
    const unit = toUnitImages('MAE.reconstruct', 'images', images);
    let task: MaskedPatches;
    try {
      task = maskedPatchesTask(unit, seed, this.mask);
    } finally {
      if (unit !== images) unit.dispose();
    }
    const { patchSize } = this.mask;
    const { normalizePatches } = this;
    try {
      return tidy(() => {
        const prediction = this.decode(task.inputs, task.idsKeep, task.idsRestore, {});
        return showReconstruction({ ...task, prediction }, { patchSize, normalizePatches });
      });
    } finally {
      dispose(Object.values(task));
    }
  }

  /** Weights of encoder and decoder. */
  async getState(): Promise<State> {
    this.checkAlive();
    const { encoder, decoder } = this.model;
    const [encoderState, decoderState] = await Promise.all([getModelState(encoder), getModelState(decoder)]);
    return { encoder: encoderState, decoder: decoderState };
  }

  /** Puts a state back. Throws ShapeError if it does not fit; then nothing has changed. */
  async setState(state: State): Promise<void> {
    this.checkAlive();
    checkState('MAE', 'state', state);
    checkModelState('MAE', 'encoder', this.model.encoder, state.encoder);
    checkModelState('MAE', 'decoder', this.model.decoder, state.decoder);
    setModelState('MAE', 'encoder', this.model.encoder, state.encoder);
    setModelState('MAE', 'decoder', this.model.decoder, state.decoder);
  }

  /** The model stays the caller's; afterwards the method can't be used. */
  dispose(): void {
    this.gone = true;
  }

  private decode(
    images: Tensor4D,
    idsKeep: Tensor2D,
    idsRestore: Tensor2D,
    options: Record<string, unknown>,
  ): Tensor3D {
    const latent = this.model.encoder.apply([images, idsKeep], options) as Tensor3D;
    return this.model.decoder.apply([latent, idsRestore], options) as Tensor3D;
  }

  private checkAlive(): void {
    if (this.gone) throw new Error('MAE: used after dispose().');
  }
}

/** Side of the patches, from the numbers that the decoder predicts for each. */
function patchSizeOf(model: MaeModel, channels: number): number {
  const size = model.decoder.outputs[0]?.shape.at(-1) ?? 0;
  const patchSize = Math.sqrt(size / channels);
  if (!Number.isInteger(patchSize) || patchSize < 1) {
    throw new ShapeError(
      `MAE: the decoder must predict patchSize² * ${channels} numbers for each patch of an image with ${channels} channels, got ${size}.`,
    );
  }
  return patchSize;
}
