import { type Tensor, type Tensor2D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkModel } from '../internal/checkModel.js';
import { checkTensor } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { checkModelState, getModelState, setModelState } from '../internal/modelState.js';
import { checkState, type State } from '../internal/state.js';
import { type ProjectionHeadOptions, projectionHead } from '../models/index.js';
import { outputDim } from './twoViews.js';

/** An encoder and the head on top of it; the head is made here, and so disposed here, unless the caller gave one. */
export class EncoderWithHead {
  private gone = false;
  readonly head: LayersModel;
  private readonly madeHead: boolean;

  constructor(
    private readonly where: string,
    readonly encoder: LayersModel,
    head: LayersModel | undefined,
    defaults: Omit<ProjectionHeadOptions, 'inputDim'>,
  ) {
    const dim = outputDim(where, 'encoder', encoder);
    if (head !== undefined) checkModel(where, 'head', head);
    this.madeHead = head === undefined;
    this.head = head ?? projectionHead({ inputDim: dim, ...defaults });
    const wanted = this.head.inputs[0]?.shape?.at(-1);
    if (wanted !== dim)
      throw new ShapeError(`${where}: head must take [batch, ${dim}], the encoder's output, got [batch, ${wanted}].`);
  }

  /** Projections of images, in training mode. */
  project(images: Tensor4D): Tensor2D {
    this.checkAlive();
    checkTensor(`${this.where}.loss`, 'prepared images', images);
    checkModel(`${this.where}.loss`, 'encoder', this.encoder);
    checkModel(`${this.where}.loss`, 'head', this.head);
    return tidy(() => {
      const features = this.encoder.apply(images, { training: true }) as Tensor;
      return this.head.apply(features, { training: true }) as Tensor2D;
    });
  }

  /** Weights of both, batch statistics included. */
  async getState(): Promise<State> {
    this.checkAlive();
    const [encoder, head] = await Promise.all([getModelState(this.encoder), getModelState(this.head)]);
    return { encoder, head };
  }

  /** Throws ShapeError if a state is not one of these models. */
  checkState(state: State): void {
    this.checkAlive();
    checkState(this.where, 'state', state);
    checkModelState(this.where, 'encoder', this.encoder, state.encoder);
    checkModelState(this.where, 'head', this.head, state.head);
  }

  /** Puts the weights of both back. Throws ShapeError if they belong to another architecture; then nothing has changed. */
  setState(state: State): void {
    this.checkState(state);
    setModelState(this.where, 'encoder', this.encoder, state.encoder);
    setModelState(this.where, 'head', this.head, state.head);
  }

  /** Throws after {@link dispose}. */
  checkAlive(): void {
    if (this.gone) throw new Error(`${this.where}: used after dispose().`);
  }

  /** Frees the head, if it was made here. Safe twice. */
  dispose(): void {
    if (!this.gone && this.madeHead) this.head.dispose();
    this.gone = true;
  }
}
