import type { Optimizer, Tensor4D } from '@tensorflow/tfjs-core';
import type { Seed } from 'selfsup/random';
import type { Method } from 'selfsup/training';

/** A method with all that belongs to it: a recipe for small images and small machines. */
export interface Recipe {
  /** Name as the papers write it. */
  readonly title: string;
  /** The method; it owns what it trains, its encoder too. */
  readonly method: Method<Tensor4D, unknown>;
  /** The encoder's kind, in a word or two. */
  readonly encoderKind: string;
  readonly optimizer: Optimizer;
  /** Peak learning rate. */
  readonly learningRate: number;
  /** The loss of a step that means "nothing learnt". */
  readonly chance: (step: number) => number;
  /** What that value is. */
  readonly chanceText: string;
  /** Choices, for the report. */
  readonly choices: readonly (readonly [string, string])[];
  /** Pictures of what the method does with images; the caller disposes their stacks. */
  readonly illustrate: (images: Tensor4D, seed: Seed) => Illustration;
}

/** Pictures for the report: a row per image, a column per stack. */
export interface Illustration {
  readonly heading: string;
  readonly caption: string;
  /** What each column is. */
  readonly names: readonly string[];
  /** Images of each column, all of the same number. */
  readonly stacks: readonly Tensor4D[];
}

/** What a recipe is made for. */
export interface RecipeOptions {
  /** `[height, width, channels]` of an image. */
  readonly inputShape: readonly [height: number, width: number, channels: number];
  readonly batch: number;
  /** Some of the images to learn from, for what a recipe has to know of them; the caller disposes them. */
  readonly sample: () => Tensor4D;
  /** Of the encoder's weights. */
  readonly encoderSeed: Seed;
  /** Of all other weights. */
  readonly headSeed: Seed;
}
