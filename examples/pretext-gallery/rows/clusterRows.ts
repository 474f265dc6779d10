import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import * as pretext from 'selfsup/pretext';
import type { Photos } from '../../gallery/photos.js';
import type { Picture } from '../../pretrain/report/pictures.js';
import { pixelsOf } from '../material/stack.js';
import { free, mosaic, numbers, type Row } from '../show.js';

/** Every photo `side` pixels high and wide, by averages. */
async function small(photos: Photos, side: number): Promise<Picture[]> {
  const cell = 96 / side;
  return Promise.all(
    Array.from({ length: Math.min(40, photos.count) }, async (_, i) => {
      const photo = await pixelsOf(photos, i);
      const data = new Float32Array(side * side * 3);
      for (const [k, v] of photo.entries()) {
        const [y, x] = [Math.floor(k / 3 / 96), Math.floor(k / 3) % 96];
        (data[(Math.floor(y / cell) * side + Math.floor(x / cell)) * 3 + (k % 3)] as number) += v / cell ** 2;
      }
      return { data, height: side, width: side, channels: 3 };
    }),
  );
}

/** Photos as features: 6 x 6 colours. */
async function features(photos: Photos): Promise<Tensor2D> {
  const list = await small(photos, 6);
  return tensor2d(Float32Array.from(list.flatMap(({ data }) => Array.from(data))), [list.length, 108]);
}

const clusters: Row = {
  name: 'clusterTask',
  caption:
    'photos by the cluster of their 6 x 6 colours, four directions of them; then one epoch of the uniform sampler',
  draw: async ({ photos }) => {
    const [x, list] = [await features(photos), await small(photos, 48)];
    const task = await pretext.clusterTask(x, 1, { clusters: 5, pca: 4, restarts: 5 });
    const labels = await numbers(task.labels);
    const members = (k: number): number[] => labels.flatMap((label, i) => (label === k ? [i] : []));
    const sampled = await pretext.uniformClusterSampler(labels, 1);
    free(x, task);
    return [
      ...[0, 1, 2, 3, 4].map((k) => ({
        picture: mosaic(
          members(k).map((i) => list[i] as Picture),
          4,
        ),
        note: `${k}`,
      })),
      {
        picture: mosaic(
          Array.from(sampled, (i) => list[i] as Picture),
          6,
        ),
        note: 'an epoch',
      },
    ];
  },
};

const noise: Row = {
  name: 'noiseAsTargetsTask',
  caption: 'photos on the circle: where two directions of their colours have them, and where their targets are',
  draw: async ({ photos }) => {
    const x = await features(photos);
    const { scores, ...rest } = await pretext.pca(x, { components: 2, whiten: true });
    const task = await pretext.noiseAsTargetsTask(scores, 3);
    const [own, targets, list] = [await numbers(task.inputs), await numbers(task.targets), await small(photos, 24)];
    free(x, scores, rest, task);
    return [
      { picture: onCircle(list, own), note: 'features' },
      { picture: onCircle(list, targets), note: 'targets' },
    ];
  },
};

/** Pictures with their middles at points of the unit circle. */
function onCircle(list: readonly Picture[], points: readonly number[]): Picture {
  const [side, data] = [300, new Float32Array(300 * 300 * 3).fill(1)];
  for (const [i, { data: own, width }] of list.entries()) {
    const [left, top] = [0, 1].map((c) =>
      Math.round((side - width) * (0.5 + 0.49 * (points[2 * i + c] as number))),
    ) as [number, number];
    for (let y = 0; y < width; y++)
      data.set(own.subarray(y * width * 3, (y + 1) * width * 3), ((top + y) * side + left) * 3);
  }
  return { data, height: side, width: side, channels: 3 };
}

/** Tasks of features. */
export const clusterRows: readonly Row[] = [clusters, noise];
