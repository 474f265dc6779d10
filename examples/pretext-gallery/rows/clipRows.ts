import type { Tensor5D } from '@tensorflow/tfjs-core';
import * as pretext from 'selfsup/pretext';
import { compose, randomChannelDrop, randomCrop } from 'selfsup/transforms';
import type { Picture } from '../../pretrain/report/pictures.js';
import { boxed } from '../draw.js';
import { type Clip, copiesOf } from '../material/clips.js';
import type { Material } from '../material/material.js';
import { enlarged, free, mosaic, numbers, pictures, type Row, type Shown } from '../show.js';

/** The clip of a name, or where there is none of it, number k. */
export function clipNamed({ clips }: Material, name: string, k: number): Clip {
  return clips.find((clip) => clip.name === name) ?? (clips[k % clips.length] as Clip);
}

/** Which frame of a clip each frame of a picture list is. */
function frameNumbers(list: readonly Picture[], { frames: { data, shape } }: Clip): number[] {
  const size = data.length / shape[0];
  const away = (picture: Picture, t: number): number => {
    let sum = 0;
    for (let k = 0; k < size; k += 7) sum += Math.abs((picture.data[k] as number) - (data[t * size + k] as number));
    return sum;
  };
  return list.map((picture) => {
    const distances = Array.from({ length: shape[0] }, (_, t) => away(picture, t));
    return distances.indexOf(Math.min(...distances));
  });
}

/** A strip for each clip of a batch, the label and the frames' numbers below. */
async function strips(
  { inputs, labels }: { readonly inputs: Tensor5D; readonly labels?: pretext.ArrowOfTimeBatch['labels'] },
  clip: Clip,
  told: (label: number) => string = String,
  numbered = true,
): Promise<Shown[]> {
  const [count, frames] = inputs.shape;
  const list = await pictures(inputs);
  const classes = labels === undefined ? null : await numbers(labels);
  return Array.from({ length: count }, (_, i) => {
    const own = list.slice(i * frames, (i + 1) * frames);
    const which = numbered ? `; frames ${frameNumbers(own, clip).join(', ')}` : '';
    return {
      picture: mosaic(own, frames),
      note: `${classes === null ? '' : told(classes[i] as number)}${which} of ${clip.name}`,
    };
  });
}

/** Strips of what a task makes of some copies of a clip. */
async function stripsOf(
  clip: Clip,
  copies: number,
  task: (x: Tensor5D) => Parameters<typeof strips>[0] | Promise<Parameters<typeof strips>[0]>,
  told?: (label: number) => string,
  numbered?: boolean,
): Promise<Shown[]> {
  const x = copiesOf(clip, copies);
  const batch = await task(x);
  const shown = await strips(batch, clip, told, numbered);
  free(x, batch);
  return shown;
}

const orderRows: readonly Row[] = [
  {
    name: 'frameOrderTask',
    caption: "sampling 'motion': 1 where three frames are in the order of time",
    draw: (material) =>
      stripsOf(clipNamed(material, 'cockatoo', 0), 6, (x) =>
        pretext.frameOrderTask(x, 3, { spacing: 4, sampling: 'motion' }),
      ),
  },
  {
    name: 'frameSortingTask',
    caption: 'four frames in one of twelve orders, or its reverse',
    draw: (material) => {
      const orders = pretext.frameOrders(4);
      const told = (label: number): string => `${label} = ${orders[label]?.join(' ')}`;
      return stripsOf(clipNamed(material, 'pool', 1), 4, (x) => pretext.frameSortingTask(x, 1, { spacing: 5 }), told);
    },
  },
  {
    name: 'frameSortingTask, perFrame',
    caption: 'the same with a crop and a colour channel of its own for every frame',
    draw: (material) => {
      const perFrame = compose(randomCrop({ size: 80 }), randomChannelDrop({ drop: 2, p: 1 }));
      const task = (x: Tensor5D) => pretext.frameSortingTask(x, 1, { spacing: 5, perFrame });
      return stripsOf(clipNamed(material, 'pool', 1), 2, task, String, false);
    },
  },
  {
    name: 'arrowOfTimeTask',
    caption: '0 forwards, 1 backwards',
    draw: async (material) => {
      const shown: Shown[] = [];
      for (const [k, name] of ['eye_makeup', 'airplane', 'pool'].entries()) {
        const clip = clipNamed(material, name, k);
        const task = (x: Tensor5D) => pretext.arrowOfTimeTask(x, 5 + k, { frames: 6, stride: 3 });
        shown.push(...(await stripsOf(clip, 2, task)));
      }
      return shown;
    },
  },
  {
    name: 'playbackSpeedTask',
    caption: 'speeds 1, 2 and 4 are labelled 0, 1 and 2',
    draw: (material) =>
      stripsOf(clipNamed(material, 'airplane', 2), 6, (x) => pretext.playbackSpeedTask(x, 2, { frames: 6 })),
  },
];

const unseenRows: readonly Row[] = (
  [
    [
      'framePredictionTask',
      'four frames are seen, the three after them are the target',
      (x) => pretext.framePredictionTask(x, { context: 4 }),
    ],
    [
      'frameInterpolationTask',
      'every second frame is seen, those between are the target',
      (x) => pretext.frameInterpolationTask(x),
    ],
  ] as readonly [string, string, (x: Tensor5D) => pretext.FramePredictionBatch][]
).map(([name, caption, task]) => ({
  name,
  caption,
  draw: async (material) => {
    const clip = clipNamed(material, 'carphone', 0);
    const x = copiesOf(clip, 1, { start: 20, stride: 3, frames: 7 });
    const batch = task(x);
    const [seen, wanted] = [
      await strips({ inputs: batch.inputs }, clip),
      await strips({ inputs: batch.targets }, clip),
    ];
    free(x, batch);
    return [
      ...seen.map(({ picture, note }) => ({ picture, note: `input${note}` }) as Shown),
      ...wanted.map(({ picture, note }) => ({ picture, note: `target${note}` }) as Shown),
    ];
  },
}));

/** Where tracks are looked at: clip, first frame, frames apart. */
const tracked = [
  ['airplane', 10, 1],
  ['lego', 20, 3],
  ['cockatoo', 30, 1],
  ['carphone', 20, 3],
  ['pool', 30, 1],
] as const;

const trackRow: Row = {
  name: 'patchTrackingTask',
  caption: 'three tracks a clip: the patch in red in six frames; then anchor, positive, negative',
  draw: async (material) => {
    const shown: Shown[] = [];
    for (const [k, [name, start, stride]] of tracked.slice(0, material.clips.length).entries()) {
      const clip = clipNamed(material, name, k);
      const x = copiesOf(clip, 3, {
        start: Math.min(start, clip.frames.shape[0] - 6 * stride),
        stride,
        frames: 6,
      });
      const batch = pretext.patchTrackingTask(x, 4);
      const side = batch.inputs.anchor.shape[1];
      const [list, places] = [await pictures(x), await numbers(batch.track)];
      const patches = await Promise.all(Object.values(batch.inputs).map(pictures));
      for (let i = 0; i < 3; i++) {
        const frames = Array.from({ length: 6 }, (_, t) => {
          const at = 2 * (6 * i + t);
          return boxed(list[6 * i + t] as Picture, places[at] as number, places[at + 1] as number, side);
        });
        const three = patches.map((patch) => enlarged(patch[i] as Picture, 4));
        shown.push(
          { picture: mosaic(frames, 6), note: `${clip.name}, every frame of ${stride}` },
          { picture: mosaic(three, 3), note: 'anchor, positive, negative' },
        );
      }
      free(x, batch);
    }
    return shown;
  },
};

/** Tasks of clips. */
export const clipRows: readonly Row[] = [...orderRows, ...unseenRows, trackRow];
