import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { hammingPermutations, jigsawTask, relativePositionTask, rotationTask } from 'selfsup/pretext';
import type { Seed } from 'selfsup/random';
import type { Options } from './options.js';

/** Which task. */
export type TaskName = Options['tasks'][number];

/** A task with class labels. */
export type Task = (
  x: Tensor4D,
  seed: Seed,
) => { readonly inputs: Tensor | Record<string, Tensor>; readonly labels: Tensor };
const permutations = hammingPermutations({ tiles: 9, count: 9 }, 1);

/** Tasks without their defences, with each alone, and with all. */
export function tasksOf(side: number): Readonly<Record<TaskName, [string, Task][]>> {
  const patchSize = Math.floor(side / 5);
  const gap = Math.floor(patchSize / 2);
  const jitter = Math.floor(gap / 2);
  const cell = Math.floor(side / 3);
  const tileSize = Math.round(0.75 * cell);
  const place = (options: Parameters<typeof relativePositionTask>[2]): Task => {
    return (x, seed) => relativePositionTask(x, seed, { patchSize, gap: 0, jitter: 0, chroma: 'none', ...options });
  };
  const bare = { permutations, tileSize: cell, channelShift: 0, grayscale: 0, normalize: false };
  const puzzle = (options: Parameters<typeof jigsawTask>[2]): Task => {
    return (x, seed) => jigsawTask(x, seed, { ...bare, ...options });
  };
  return {
    rotation: [['rotation', (x, seed) => rotationTask(x, seed, { turns: 'one' })]],
    'relative-position': [
      ['relative position, bare', place({})],
      ['  a gap', place({ gap })],
      ['  a gap and jitter', place({ gap, jitter })],
      ['  two channels dropped', place({ chroma: 'drop' })],
      ['  colours projected', place({ chroma: 'project' })],
      ['  gap, jitter, channels dropped', place({ gap, jitter, chroma: 'drop' })],
    ],
    jigsaw: [
      ['jigsaw, bare', puzzle({})],
      ['  tiles cut inside their cells', puzzle({ tileSize })],
      ['  tiles normalised', puzzle({ normalize: true })],
      ['  channels moved', puzzle({ channelShift: 1 })],
      ['  all three', puzzle({ tileSize, normalize: true, channelShift: 1 })],
    ],
  };
}
