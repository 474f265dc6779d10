import {
  add,
  dispose,
  div,
  mul,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor4D,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import { type InpaintingBatch, inpaintingTask } from 'selfsup/pretext';
import type { Method } from 'selfsup/training';
import { adam } from './contrastive.js';
import { convEncoder } from './convEncoder.js';
import { mapOf, pixelHead, sidesOf } from './pixelHead.js';
import type { Recipe, RecipeOptions } from './recipe.js';
import { TaskMethod } from './taskMethod.js';

const channels = 32;

/** A context encoder without its adversary: the middle of an image, painted from what is around it. */
export async function inpainting(options: RecipeOptions): Promise<Recipe> {
  const { encoder, encoderKind } = convEncoder(options);
  const map = mapOf(encoder);
  const [, ...from] = map.outputShape as [null, number, number, number];
  const through = sidesOf(encoder).reverse().slice(1);
  const head = pixelHead({ from, through, channels, outputs: options.inputShape[2], seed: options.headSeed });
  const paint = (inputs: Tensor4D, training: boolean): Tensor4D =>
    head.apply(map.apply(inputs, { training }) as Tensor4D, { training }) as Tensor4D;
  const error = (prediction: Tensor4D, { targets, weights }: InpaintingBatch): Scalar =>
    div(sum(mul(square(sub(prediction, targets)), weights)), mul(sum(weights), targets.shape[3]));
  const method = new TaskMethod<InpaintingBatch>({
    encoder,
    head,
    prepare: (images, seed) => inpaintingTask(images, seed),
    loss: (task) => error(paint(task.inputs, true), task),
  });
  const value = await meanColourError(options, error);
  return {
    title: 'Inpainting',
    method: method as Method<Tensor4D, unknown>,
    encoderKind,
    optimizer: train.adam(1e-3, 0.9, 0.999, 1e-8),
    learningRate: 2e-3,
    chance: () => value,
    chanceText: 'that of the mean colour of what is seen',
    choices: [
      ['task', 'the middle quarter of the image'],
      ['head', `${through.length} convolutions, ${channels} channels`],
      adam,
    ],
    illustrate: (images, seed) => {
      const task = inpaintingTask(images, seed);
      try {
        const [painted, completed] = tidy(() => {
          const prediction = paint(task.inputs, false);
          return [prediction, add(mul(task.targets, sub(1, task.mask)), mul(prediction, task.mask)) as Tensor4D];
        }) as [Tensor4D, Tensor4D];
        return {
          heading: 'Inpaintings',
          caption:
            'An image, what the encoder sees of it, what is painted, and the painting where the image was hidden.',
          names: ['original', 'visible', 'painted', 'completed'],
          stacks: [images.clone(), task.inputs.clone(), painted, completed],
        };
      } finally {
        dispose(Object.values(task));
      }
    },
  };
}

/** The loss of leaving in the hidden part what stands there: the mean colour. */
async function meanColourError(
  { sample }: RecipeOptions,
  error: (prediction: Tensor4D, task: InpaintingBatch) => Scalar,
): Promise<number> {
  const value = tidy(() => {
    const task = inpaintingTask(sample(), 0);
    return error(task.inputs, task);
  });
  const [number] = await value.data();
  value.dispose();
  return number as number;
}
