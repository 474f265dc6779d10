import {
  cast,
  dispose,
  losses,
  oneHot,
  reshape,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  train,
} from '@tensorflow/tfjs-core';
import { chanceLoss } from 'selfsup/losses';
import { projectionHead } from 'selfsup/models';
import type { Seed } from 'selfsup/random';
import type { Method } from 'selfsup/training';
import { adam } from './contrastive.js';
import { convEncoder } from './convEncoder.js';
import type { Illustration, Recipe, RecipeOptions } from './recipe.js';
import { TaskMethod } from './taskMethod.js';

/** Width of the hidden layer of the heads. */
const hiddenDim = 256;

/** A task whose answer is one of some classes. */
export interface LabelTask<Inputs extends Record<string, Tensor>> {
  readonly title: string;
  readonly classes: number;
  /** Rows of features that the head gets for each answer. */
  readonly parts: number;
  /** From images to what the encoder is to see, and the answers. */
  readonly make: (images: Tensor4D, seed: Seed) => Inputs & { readonly labels: Tensor1D };
  /** All that the encoder is to see, as one batch: parts of an answer follow one another. */
  readonly seen: (inputs: Inputs) => Tensor4D;
  readonly illustrate: (images: Tensor4D, inputs: Inputs) => Illustration;
  readonly choices: readonly (readonly [string, string])[];
}

/** Encoder, task and a classifier of one hidden layer. */
export function labelTask<Inputs extends Record<string, Tensor>>(
  options: RecipeOptions,
  task: LabelTask<Inputs>,
): Recipe {
  const { encoder, dim, encoderKind } = convEncoder(options);
  const { classes, parts, make } = task;
  const head = projectionHead({
    inputDim: parts * dim,
    hiddenDim,
    outputDim: classes,
    bias: true,
    seed: options.headSeed,
  });
  const method = new TaskMethod<Inputs & { readonly labels: Tensor1D }>({
    encoder,
    head,
    prepare: make,
    loss: ({ labels, ...inputs }) => {
      const features = encoder.apply(task.seen(inputs as unknown as Inputs), { training: true }) as Tensor2D;
      const answers = head.apply(reshape(features, [labels.shape[0], parts * dim]), { training: true }) as Tensor2D;
      return losses.softmaxCrossEntropy(cast(oneHot(labels, classes), 'float32'), answers) as Scalar;
    },
  });
  const value = chanceLoss('crossEntropy', { classes });
  return {
    title: task.title,
    method: method as Method<Tensor4D, unknown>,
    encoderKind,
    optimizer: train.adam(1e-3, 0.9, 0.999, 1e-8),
    learningRate: 2e-3,
    chance: () => value,
    chanceText: `ln ${classes}, that of guessing among the ${classes} answers`,
    choices: [['head', `${parts * dim}-${hiddenDim}-${classes}`], ...task.choices, adam],
    illustrate: (images, seed) => {
      const { labels, ...inputs } = make(images, seed);
      try {
        return task.illustrate(images, inputs as unknown as Inputs);
      } finally {
        dispose([labels, ...Object.values(inputs)] as Tensor[]);
      }
    },
  };
}
