import { cast, type Rank, reshape, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import * as pretext from 'selfsup/pretext';
import type { Picture } from '../../pretrain/report/pictures.js';
import { coloured, marked } from '../draw.js';
import { copiesOf } from '../material/clips.js';
import { free, mosaic, numbers, pictures, type Row, type Shown, seen } from '../show.js';
import { clipNamed } from './clipRows.js';

/** Clips that foregrounds are looked at in: name, first frame, frames apart, and whether the camera is followed. */
const scenes = [
  ['lego', 20, 4, true],
  ['eye_makeup', 20, 4, true],
  ['pool', 30, 2, true],
  ['airplane', 10, 4, true],
  ['airplane', 10, 4, false],
  ['carphone', 20, 4, true],
] as const;

/** A photo beside what a task makes of it, for several photos. */
const maps = (name: string, caption: string, task: (x: Tensor4D) => Tensor4D): Row => ({
  name,
  caption,
  draw: async ({ photos }) => {
    const shown: Shown[] = [];
    for (let i = 0; i < Math.min(8, photos.count); i++) {
      const x = photos.copies(i * Math.max(1, Math.floor(photos.count / 8)), 1);
      const map = task(x);
      const pair = [...(await pictures(x)), ...(await seen(map, 0, 1)).map(coloured)];
      shown.push({ picture: mosaic(pair, 2), note: '' });
      free(x, map);
    }
    return shown;
  },
});

const foreground: Row = {
  name: 'movingForegroundTask',
  caption: 'what moves, in red: every second of eight frames',
  draw: async (material) => {
    const shown: Shown[] = [];
    for (const [k, [name, start, stride, stabilize]] of scenes.slice(0, material.clips.length).entries()) {
      const clip = clipNamed(material, name, k);
      const x = copiesOf(clip, 1, { start: Math.min(start, clip.frames.shape[0] - 8 * stride), stride, frames: 8 });
      const batch = pretext.movingForegroundTask(x, { stabilize });
      const [list, masks] = [await pictures(x), await pictures(batch.targets)];
      const frames = list
        .map((picture, t) => marked(picture, (masks[t] as Picture).data))
        .filter((_, t) => t % 2 === 0);
      shown.push({ picture: mosaic(frames, 4), note: `${clip.name}${stabilize ? '' : ', stabilize false'}` });
      free(x, batch);
    }
    return shown;
  },
};

const outlines: Row = {
  name: 'boundaries',
  caption: "of what moves: the mask of a frame, then modes 'thick', 'inner', 'outer'",
  draw: async (material) => {
    const clip = clipNamed(material, 'airplane', 0);
    const x = copiesOf(clip, 1, { start: 10, stride: 4, frames: 8 });
    const batch = pretext.movingForegroundTask(x, { stabilize: false });
    const mask = (await pictures(batch.targets))[3] as Picture;
    const labels = tidy(() => reshape<Rank.R3>(cast(batch.targets, 'int32'), [8, mask.height, mask.width]));
    const shown: Shown[] = [{ picture: mask, note: 'mask' }];
    for (const mode of ['thick', 'inner', 'outer'] as const) {
      const lines = pretext.boundaries(labels, { mode });
      const values = (await numbers(lines)).slice(3 * mask.data.length, 4 * mask.data.length);
      shown.push({ picture: { ...mask, data: Float32Array.from(values) }, note: mode });
      free(lines);
    }
    free(x, batch, labels);
    return shown;
  },
};

/** Labels by program. */
export const programRows: readonly Row[] = [
  foreground,
  outlines,
  maps('saliencyTask', 'white where something stands out', (x) => {
    const { inputs, targets } = pretext.saliencyTask(x);
    inputs.dispose();
    return targets;
  }),
  maps('contourTask', "Canny's contours", (x) => {
    const { inputs, targets } = pretext.contourTask(x);
    inputs.dispose();
    return targets;
  }),
];
