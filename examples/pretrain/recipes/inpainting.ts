import {
  add,
  dispose,
  div,
  mean,
  mul,
  pad,
  type Scalar,
  slice,
  square,
  sub,
  sum,
  type Tensor1D,
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
  const { box, colour, value } = await look(options);
  const through = sidesOf(encoder)
    .reverse()
    .slice(1)
    .filter(([height, width]) => height < box.height && width < box.width);
  const head = pixelHead({
    from,
    through: [...through, [box.height, box.width]],
    channels,
    outputs: colour.length,
    spread: true,
    start: colour,
    seed: options.headSeed,
  });
  const paint = (inputs: Tensor4D, training: boolean): Tensor4D =>
    head.apply(map.apply(inputs, { training }) as Tensor4D, { training }) as Tensor4D;
  const method = new TaskMethod<InpaintingBatch>({
    encoder,
    head,
    prepare: (images, seed) => inpaintingTask(images, seed),
    loss: (task) => error(paint(task.inputs, true), task, box),
  });
  return {
    title: 'Inpainting',
    method: method as Method<Tensor4D, unknown>,
    encoderKind,
    optimizer: train.adam(1e-3, 0.9, 0.999, 1e-8),
    learningRate: 2e-3,
    chance: () => value,
    chanceText: 'that of the mean colour of what is seen',
    choices: [
      ['task', 'the middle quarter of the image, the pixels at its border weighing ten times'],
      ['head', `a dense layer over places for each channel, ${through.length + 1} convolutions, ${channels} channels`],
      adam,
    ],
    illustrate: (images, seed) => {
      const task = inpaintingTask(images, seed);
      try {
        const [painted, completed] = tidy(() => {
          const whole = framed(paint(task.inputs, false), box, task.targets.shape);
          return [whole, add(mul(task.targets, sub(1, task.mask)), mul(whole, task.mask)) as Tensor4D];
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

/** A rectangle of an image. */
interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Weighted squared error of what is painted in the box. */
function error(painted: Tensor4D, { targets, weights }: InpaintingBatch, box: Box): Scalar {
  const each = mul(square(sub(painted, inside(targets, box))), inside(weights, box));
  return div(sum(each), mul(sum(weights), targets.shape[3]));
}

function inside(x: Tensor4D, { top, left, height, width }: Box): Tensor4D {
  return slice(x, [0, top, left, 0], [x.shape[0], height, width, x.shape[3]]);
}

/** The box on black, as large as the images. */
function framed(painted: Tensor4D, { top, left, height, width }: Box, shape: readonly number[]): Tensor4D {
  const [, rows, columns] = shape as [number, number, number];
  return pad(painted, [[0, 0], [top, rows - top - height], [left, columns - left - width], [0, 0]]); // biome-ignore format: axes
}

/** The box that is to be painted, the mean colour of the images, and the loss of painting what is seen in its mean colour. */
async function look({ sample }: RecipeOptions): Promise<{ box: Box; colour: number[]; value: number }> {
  const images = sample();
  const task = inpaintingTask(images, 0, { overlap: 0 });
  const asked = inpaintingTask(images, 0);
  try {
    const [, height, width] = asked.weights.shape;
    const weights = (await asked.weights.data()).subarray(0, height * width);
    const box = boxOf(weights, width);
    // Without a border, the whole middle is filled with that colour.
    const [colour, value] = tidy(() => [
      mean<Tensor1D>(images, [0, 1, 2]),
      error(inside(task.inputs, box), asked, box),
    ]);
    const numbers = { colour: Array.from(await colour.data()), value: (await value.data())[0] as number };
    dispose([colour, value]);
    return { box, ...numbers };
  } finally {
    dispose([images, ...Object.values(task), ...Object.values(asked)]);
  }
}

/** Where the weights of an image are not 0. */
function boxOf(weights: ArrayLike<number>, width: number): Box {
  const places = Array.from(weights).flatMap((w, i) => (w > 0 ? [i] : []));
  const rows = places.map((i) => Math.floor(i / width));
  const columns = places.map((i) => i % width);
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  return { top, left, height: Math.max(...rows) - top + 1, width: Math.max(...columns) - left + 1 };
}
