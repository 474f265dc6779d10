import { type Rank, type Tensor4D, tensor, tensor3d, tensor4d } from '@tensorflow/tfjs-core';
import * as pretext from 'selfsup/pretext';
import type { Picture } from '../../pretrain/report/pictures.js';
import { flowColours, longest } from '../draw.js';
import { cameraFlow } from '../material/camera.js';
import type { MovingPair } from '../material/flow.js';
import { SIZE } from '../material/material.js';
import { take } from '../material/stack.js';
import { between, free, mosaic, named, numbers, pictures, type Row, type Shown, seen } from '../show.js';

const [height, width] = SIZE;

const flowTensor = (flow: Float32Array): Tensor4D => tensor4d(flow, [1, height, width, 2]);

/** A frame beside its flow. */
const beside = (picture: Picture, flow: ArrayLike<number>): Picture =>
  mosaic([picture, flowColours(flow, height, width, longest(flow))], 2);

const correspondence: readonly Row[] = [
  {
    name: 'flowCorrespondenceTask, clip',
    caption: 'single frames: 1 where the flow is that of the frame, 0 where it is that of another',
    draw: async ({ moving }) => {
      const [a, b] = moving as [MovingPair, MovingPair];
      const frames = tensor4d(Float32Array.from([...a.frame.data, ...b.frame.data]), [2, height, width, 3]);
      const flow = tensor4d(Float32Array.from([...a.flow, ...b.flow]), [2, height, width, 2]);
      const shown: Shown[] = [];
      for (const seed of [1, 2, 3]) {
        const batch = pretext.flowCorrespondenceTask(frames, flow, seed);
        const [list, fields, labels] = [
          await pictures(batch.inputs.frames),
          await numbers(batch.inputs.flow),
          await numbers(batch.labels),
        ];
        const size = 2 * height * width;
        for (const [i, picture] of list.entries()) {
          shown.push({ picture: beside(picture, fields.slice(i * size, (i + 1) * size)), note: `${labels[i]}` });
        }
        free(batch);
      }
      free(frames, flow);
      return shown;
    },
  },
  {
    name: 'flowCorrespondenceTask, moment',
    caption: 'a clip with the flow that its depth and poses give: the other flow is of another moment',
    draw: async ({ camera }) => {
      const total = Math.min(24, camera.frames.shape[0]);
      const flows = Array.from({ length: total - 1 }, (_, t) => cameraFlow(camera, t, t + 1));
      const one = take(
        camera.frames,
        Array.from({ length: total }, (_, t) => t),
      );
      const frames = tensor<Rank.R5>((await one.data()) as Float32Array, [1, total, height, width, 3]);
      const flow = tensor<Rank.R5>(Float32Array.from(flows.flatMap((field) => Array.from(field))), [
        1,
        total - 1,
        height,
        width,
        2,
      ]);
      const shown: Shown[] = [];
      for (const seed of [1, 2, 3, 4]) {
        const batch = pretext.flowCorrespondenceTask(frames, flow, seed);
        const field = await numbers(batch.inputs.flow);
        const at = flows.findIndex((own) =>
          own.every((v, k) => k % 51 !== 0 || Math.abs(v - (field[k] as number)) < 1e-6),
        );
        const [label] = await numbers(batch.labels);
        shown.push({
          picture: beside((await pictures(batch.inputs.frames))[0] as Picture, field),
          note: `${label}: flow from frame ${at}`,
        });
        free(batch);
      }
      free(one, frames, flow);
      return shown;
    },
  },
];

const depth: Row = {
  name: 'relativeDepthTask',
  caption:
    'a frame, its flow, and what the task makes of it (white is far); of the camera the true depth too, black where unknown. Its turns are left in the flow; taking the median off helps only where most of the image is far away',
  draw: async ({ sideways, camera }) => {
    const shown: Shown[] = [];
    const show = async (
      name: string,
      picture: Picture,
      flow: Float32Array,
      options: pretext.RelativeDepthTaskOptions = {},
    ) => {
      const x = flowTensor(flow);
      const batch = pretext.relativeDepthTask(x, options);
      shown.push(
        { picture: beside(picture, flow), note: name },
        ...named(await seen(batch.targets, 0, 1), 'relative depth'),
      );
      free(x, batch);
    };
    for (const { name, frame, flow } of sideways) {
      const x = take(frame, [0]);
      await show(name, (await pictures(x))[0] as Picture, flow);
      free(x);
    }
    for (const [i, j] of [
      [0, 4],
      [10, 14],
    ] as const) {
      const x = take(camera.frames, [i]);
      const [picture] = (await pictures(x)) as [Picture];
      await show(`${camera.name}, frames ${i} to ${j}`, picture, cameraFlow(camera, i, j));
      await show(`the same, remove 'median'`, picture, cameraFlow(camera, i, j), { remove: 'median' });
      const metres = camera.depth[i] as Float32Array;
      shown.push({
        picture: between(
          { data: metres, height, width, channels: 1 },
          0,
          metres.reduce((a, b) => Math.max(a, b)),
        ),
        note: 'true depth',
      });
      free(x);
    }
    return shown;
  },
};

const egomotion: Row = {
  name: 'binMotion',
  caption:
    'how a camera with known poses moved from the first frame to the second: bins of 0 to 6, 3 is none, of the move to the right, down, ahead; of the turns around these axes',
  draw: async ({ camera }) => {
    const total = camera.frames.shape[0];
    const pairs = [0, 0.25, 0.5, 0.7, 0.85].map(
      (share) => [Math.floor(share * total), Math.min(total - 1, Math.floor(share * total) + 4)] as const,
    );
    const matrices = (which: 0 | 1) =>
      tensor3d(
        pairs.flatMap((pair) => (camera.poses[pair[which]] as number[][]).flat()),
        [pairs.length, 4, 4],
      );
    const [from, to] = [matrices(0), matrices(1)];
    const { translation, rotation } = pretext.binMotion(from, to, {
      bins: 7,
      translation: [-0.15, 0.15],
      rotation: [-7, 7],
    });
    const [moves, turns] = [await numbers(translation), await numbers(rotation)];
    const x = take(camera.frames, pairs.flat());
    const list = await pictures(x);
    free(x, from, to, translation, rotation);
    return pairs.map(([i, j], k) => ({
      picture: mosaic(list.slice(2 * k, 2 * k + 2), 2),
      note: `frames ${i}, ${j}: moved ${moves.slice(3 * k, 3 * k + 3).join(' ')}, turned ${turns.slice(3 * k, 3 * k + 3).join(' ')}`,
    }));
  },
};

/** Tasks of flow, depth and poses. */
export const flowRows: readonly Row[] = [...correspondence, depth, egomotion];
