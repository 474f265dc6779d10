import type { Tensor4D } from '@tensorflow/tfjs-core';
import { foldIn } from 'selfsup/random';
import { type Batches, batches, type CheckpointStore, type History, pretrain } from 'selfsup/training';
import type { SavedJob } from './checkpoint.js';
import type { ImageArray } from './data/dataset.js';
import { explosionGuard } from './guard.js';
import { progress } from './progress.js';
import type { Recipe } from './recipes/recipe.js';
import { warmupCosine } from './schedule.js';
import type { Settings } from './settings.js';
import { streams } from './streams.js';

/** What the training loop needs beside the recipe. */
export interface TrainOptions {
  readonly settings: Settings;
  readonly images: ImageArray;
  readonly store: CheckpointStore;
  readonly saved: SavedJob | null;
  readonly signal: AbortSignal;
}

/** Trains, with progress on standard output and checkpoints on the way. */
export async function trainMethod(recipe: Recipe, options: TrainOptions): Promise<History> {
  const { settings, images, store, saved, signal } = options;
  const { steps, minutes, seed, batch } = settings;
  const before = saved?.seconds ?? 0;
  const begun = performance.now();
  const seconds = minutes === null ? null : Math.max(0.001, 60 * minutes - before);
  const elapsed = (): number => (before + (performance.now() - begun) / 1000) / (60 * (minutes as number));
  const rate = warmupCosine(settings.learningRate ?? recipe.learningRate, { steps, elapsed });
  const display = progress({ steps, seconds, done: saved?.steps ?? 0 });
  try {
    return await pretrain(
      recipe.method,
      batches(images, { size: batch }, foldIn(seed, streams.batches)) as Batches<Tensor4D>,
      {
        ...(steps === null ? {} : { steps }),
        ...(seconds === null ? {} : { minutes: seconds / 60 }),
        seed: foldIn(seed, streams.views),
        optimizer: recipe.optimizer,
        learningRate: rate,
        callbacks: [display, explosionGuard(recipe.method.variables, rate)],
        signal,
        checkpoint: { store, every: 50 },
      },
    );
  } finally {
    display.stop();
  }
}
