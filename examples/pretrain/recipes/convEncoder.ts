import type { LayersModel } from '@tensorflow/tfjs-layers';
import { smallConvNet } from 'selfsup/models';
import type { RecipeOptions } from './recipe.js';

/** The small convolutional encoder of most recipes, and what the report says of it. */
export function convEncoder({ inputShape, encoderSeed: seed }: RecipeOptions): {
  readonly encoder: LayersModel;
  readonly dim: number;
  readonly encoderKind: string;
} {
  const channels = [16, 32, 64, 128];
  const encoder = smallConvNet({ inputShape: [...inputShape], channels, seed });
  return { encoder, dim: channels.at(-1) as number, encoderKind: 'convolutional' };
}
