import { type Optimizer, type Tensor4D, train } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { chanceLoss } from 'selfsup/losses';
import { BarlowTwins, MoCo, SimCLR } from 'selfsup/methods';
import { projectionHead } from 'selfsup/models';
import { foldIn, type Seed } from 'selfsup/random';
import type { Method } from 'selfsup/training';
import { simclrPolicy, type Views, views } from 'selfsup/transforms';
import type { MethodName } from './options.js';

/** A method with all that belongs to it: a recipe for small images and small machines. */
export interface Recipe {
  /** Name as the papers write it. */
  readonly title: string;
  readonly method: Method<Tensor4D, unknown>;
  /** The two views of a batch, as the method draws them. */
  readonly augment: Views;
  readonly optimizer: Optimizer;
  /** Peak learning rate. */
  readonly learningRate: number;
  /** The loss of a step that means "nothing learnt". */
  readonly chance: (step: number) => number;
  /** What that value is. */
  readonly chanceText: string;
  /** Choices, for the report. */
  readonly choices: readonly (readonly [string, string])[];
}

/** What a recipe is made for. */
export interface RecipeOptions {
  readonly encoder: LayersModel;
  /** Height and width of an image. */
  readonly size: readonly [number, number];
  readonly batch: number;
  readonly seed: Seed;
}

/** Temperature of the two contrastive methods: small batches want it lower than SimCLR's 0.5. */
const temperature = 0.2;
const queue = 2048;
/** Area of the crops: SimCLR's 0.08 leaves too little of a 32-pixel image for a small encoder. */
const scale = [0.2, 1] as const;

/** Makes the method, its optimizer and what the report says about them. */
export function makeRecipe(name: MethodName, { encoder, size, batch, seed }: RecipeOptions): Recipe {
  const dim = encoder.outputs[0]?.shape[1] as number;
  const augment = views(simclrPolicy({ size, scale }), 2);
  const headSeed = foldIn(seed, 1);
  const common = { augment, optimizer: train.adam(1e-3, 0.9, 0.999, 1e-8), learningRate: 2e-3 };
  const adam = ['optimizer', 'Adam, warm-up and half a cosine'] as const;
  switch (name) {
    case 'simclr': {
      const head = projectionHead({ inputDim: dim, outputDim: 64, seed: headSeed });
      const value = chanceLoss('ntXentLoss', { batch });
      return {
        ...common,
        title: 'SimCLR',
        method: new SimCLR({ encoder, head, augment, temperature }) as Method<Tensor4D, unknown>,
        chance: () => value,
        chanceText: `ln(2N - 1) for N = ${batch} images`,
        choices: [['head', `${dim}-${dim}-64`], ['temperature', String(temperature)], adam],
      };
    }
    case 'moco': {
      const head = projectionHead({ inputDim: dim, outputDim: 64, batchNorm: false, seed: headSeed });
      const momentum = 0.99;
      return {
        ...common,
        title: 'MoCo v2',
        method: new MoCo({ encoder, head, augment, temperature, momentum, capacity: queue }) as Method<
          Tensor4D,
          unknown
        >,
        chance: (step) =>
          chanceLoss('infoNCELoss', { negatives: step === 0 ? batch - 1 : Math.min(queue, step * batch) }),
        chanceText: `ln(K + 1) for a queue of K keys, which fills up to ${queue}`,
        choices: [
          ['head', `${dim}-${dim}-64`],
          ['temperature', String(temperature)],
          ['queue', String(queue)],
          ['momentum of the key encoder', String(momentum)],
          adam,
        ],
      };
    }
    case 'barlow-twins': {
      const [width, lambda] = [256, 0.0051];
      const head = projectionHead({ inputDim: dim, hiddenDim: width, outputDim: width, layers: 3, seed: headSeed });
      const value = chanceLoss('barlowTwinsLoss', { dim: width });
      return {
        ...common,
        title: 'Barlow Twins',
        method: new BarlowTwins({ encoder, head, augment, lambda }) as Method<Tensor4D, unknown>,
        chance: () => value,
        chanceText: `the number of features, ${width}`,
        choices: [['head', `${dim}-${width}-${width}-${width}`], ['lambda', String(lambda)], adam],
      };
    }
  }
}
