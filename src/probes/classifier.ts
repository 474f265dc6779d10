import {
  add,
  argMax,
  gather,
  keep,
  scalar,
  softmax,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkFloats, show } from '../internal/checks.js';
import { checkColumns, MOST_SCORES } from '../internal/classNames.js';
import { ShapeError } from '../internal/errors.js';
import { matMul } from '../internal/matMul.js';
import { oneHotRows } from '../internal/oneHotRows.js';
import { fromArrayState, type State, toArrayState } from '../internal/state.js';

/** What a {@link Classifier} is made of, on the host. */
export interface ClassifierParts {
  /** `'softmax'`: scores are probabilities. `'identity'`: scores are the linear values themselves. */
  readonly link: 'softmax' | 'identity';
  /** `[dim, present.length]`, row-major. */
  readonly weights: Float32Array;
  /** `[present.length]`. */
  readonly bias: Float32Array;
  /** Class of each column: those that occur. */
  readonly present: readonly number[];
  /** Columns of the scores; those of classes that did not occur get 0 (`'softmax'`) or -1 (`'identity'`). */
  readonly classes: number;
}

/** How a fit ended. */
export interface FitReport {
  /** Value of what was minimised. */
  readonly objective: number;
  /** Largest entry of its gradient, per sample; 0 for a fit in closed form. */
  readonly gradientNorm: number;
  /** Iterations taken. */
  readonly iterations: number;
  /** Whether the gradient reached the tolerance. */
  readonly converged: boolean;
}

/** A linear classifier. Made by `fitLogistic` and `fitRidge`; it owns two tensors. */
export class Classifier {
  /** How the fit ended. */
  readonly report: FitReport;
  private parts: ClassifierParts;
  private tensors: { readonly weights: Tensor2D; readonly bias: Tensor1D } | null;

  /** @internal */
  constructor(parts: ClassifierParts, report: FitReport) {
    this.parts = parts;
    this.report = report;
    this.tensors = upload(parts);
  }

  /** Numbers per sample that it takes. */
  get dim(): number {
    return this.parts.weights.length / this.parts.bias.length;
  }

  /** Columns of the scores: the largest label + 1, or the number of classes that the fit was given. */
  get classes(): number {
    return this.parts.classes;
  }

  /**
   * Scores of samples: probabilities of the classes for a logistic fit. Column c is that of label c.
   *
   * @param x - Features, float32 `[n, dim]`.
   * @returns float32 `[n, classes]`; the caller disposes it.
   * @throws ShapeError on a wrong shape; RangeError where labels are so large that the scores would take more than 256 MiB
   * (`predict` takes any labels); Error after `dispose`.
   */
  scores(x: Tensor2D): Tensor2D {
    const { weights, bias } = this.alive();
    checkFloats('Classifier.scores', { x: [x, ['n', this.dim]] });
    const { link, present, classes } = this.parts;
    checkColumns('Classifier.scores', x.shape[0] * classes, MOST_SCORES, classes, undefined);
    return tidy((): Tensor2D => {
      const linear = add<Tensor2D>(matMul(x, weights), bias);
      const values = link === 'softmax' ? softmax(linear) : linear;
      if (present.every((c, i) => c === i) && present.length === classes) return values;
      const columns = oneHotRows(tensor1d([...present], 'int32'), classes);
      const scores: Tensor2D = matMul(values, columns);
      return link === 'softmax' ? scores : sub(scores, sub<Tensor2D>(scalar(1), sum(columns, 0, true)));
    });
  }

  /**
   * The class with the highest score among those that occurred in the fit; of equal ones the one that occurred first.
   *
   * @param x - Features, float32 `[n, dim]`.
   * @returns int32 `[n]`; the caller disposes it.
   * @throws ShapeError on a wrong shape; Error after `dispose`.
   */
  predict(x: Tensor2D): Tensor1D {
    const { weights, bias } = this.alive();
    checkFloats('Classifier.predict', { x: [x, ['n', this.dim]] });
    const { present } = this.parts;
    return tidy(() => {
      const best = argMax<Tensor1D>(add(matMul(x, weights), bias), 1);
      return present.every((c, i) => c === i) ? best : gather<Tensor1D>(tensor1d([...present], 'int32'), best);
    });
  }

  /**
   * Everything that makes it up.
   *
   * @returns Plain values and arrays.
   */
  async getState(): Promise<State> {
    const { weights, bias } = this.alive();
    const { link, present, classes } = this.parts;
    return {
      link,
      present: [...present],
      classes,
      weights: await toArrayState(weights),
      bias: await toArrayState(bias),
    };
  }

  /**
   * Becomes the classifier that a state describes.
   *
   * @param state - What `getState` gave.
   * @throws ShapeError if the state does not fit this classifier's dim and classes; Error after `dispose`.
   */
  async setState(state: State): Promise<void> {
    const { weights: before, bias: beforeBias } = this.alive();
    const present = state.present as readonly number[];
    if (state.classes !== this.classes || !Array.isArray(present)) {
      throw new ShapeError(`Classifier.setState: classes must be ${this.classes}, got ${String(state.classes)}.`);
    }
    if (
      new Set(present).size !== present.length ||
      present.some((c) => !Number.isInteger(c) || c < 0 || c >= this.classes)
    ) {
      throw new ShapeError(
        `Classifier.setState: present must be different classes below ${this.classes}, got ${show(present)}.`,
      );
    }
    if (state.link !== 'softmax' && state.link !== 'identity') {
      throw new ShapeError(`Classifier.setState: link must be 'softmax' or 'identity', got ${show(state.link)}.`);
    }
    const weights = fromArrayState<Tensor2D>('Classifier.setState', 'weights', state.weights, [
      this.dim,
      present.length,
    ]);
    const bias = fromArrayState<Tensor1D>('Classifier.setState', 'bias', state.bias, [present.length]);
    before.dispose();
    beforeBias.dispose();
    this.tensors = { weights, bias };
    this.parts = {
      link: state.link as ClassifierParts['link'],
      present: [...present],
      classes: this.classes,
      weights: Float32Array.from(await weights.data()),
      bias: Float32Array.from(await bias.data()),
    };
  }

  /** Frees its tensors. Safe to call twice; any other use afterwards throws. */
  dispose(): void {
    this.tensors?.weights.dispose();
    this.tensors?.bias.dispose();
    this.tensors = null;
  }

  private alive(): { readonly weights: Tensor2D; readonly bias: Tensor1D } {
    if (this.tensors === null) throw new Error('Classifier: used after dispose().');
    return this.tensors;
  }
}

function upload({ weights, bias }: ClassifierParts): { weights: Tensor2D; bias: Tensor1D } {
  return {
    weights: keep(tensor2d(weights.slice(), [weights.length / bias.length, bias.length], 'float32')),
    bias: keep(tensor1d(bias.slice(), 'float32')),
  };
}
