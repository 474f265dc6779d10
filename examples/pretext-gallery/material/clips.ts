import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Rank, type Tensor5D, tensor } from '@tensorflow/tfjs-core';
import { readWav } from 'selfsup/node';
import type { Photos } from '../../gallery/photos.js';
import { SIZE } from './material.js';
import { pixelsOf, readStack, type Stack } from './stack.js';

/** A clip. */
export interface Clip {
  readonly name: string;
  readonly frames: Stack;
  readonly fps: number;
  /** Its sound; null where there is none. */
  readonly sound: { readonly samples: Float32Array; readonly sampleRate: number } | null;
}

/** The clips of SELFSUP_DATA/video. */
export async function readClips(folder: string): Promise<Clip[]> {
  const list = JSON.parse(await readFile(join(folder, 'clips.json'), 'utf8')) as {
    readonly name: string;
    readonly fps: number;
    readonly audio?: string;
  }[];
  return Promise.all(
    list.map(async ({ name, fps, audio }) => {
      const frames = await readStack(join(folder, `${name}.tar.gz`), SIZE);
      if (audio === undefined) return { name, frames, fps, sound: null };
      const { samples, sampleRate } = await readWav(join(folder, audio));
      return { name, frames, fps, sound: { samples: samples.data.subarray(0, samples.shape[1]), sampleRate } };
    }),
  );
}

/** How far and where a rendered thing moves: its place in frame t. */
const paths: readonly ((t: number) => readonly [top: number, left: number])[] = [
  (t) => [20 + t, 4 + 2 * t],
  (t) => [50 - t, 96 - 2 * t],
  (t) => [34 + Math.round(20 * Math.sin(t / 4)), 4 + 2 * t],
];
/** What rendered clips have in common. */
export const RENDERED = { frames: 40, side: 28, fps: 10, sampleRate: 8000 } as const;

/** Clips in which a piece of one photo moves before another; the higher it is, the higher is its tone. */
export async function renderedClips(photos: Photos): Promise<Clip[]> {
  const clips = paths.map(async (path, i): Promise<Clip> => {
    const [wall, piece] = [await pixelsOf(photos, i), await pixelsOf(photos, i + paths.length)];
    const [height, width] = SIZE;
    const still = new Float32Array(height * width * 3);
    for (let p = 0; p < height * width; p++) {
      const [y, x] = [Math.floor(p / width), p % width];
      for (let c = 0; c < 3; c++) still[3 * p + c] = wall[3 * (y * 96 + Math.min(x, 191 - x)) + c] as number;
    }
    const data = new Float32Array(RENDERED.frames * still.length);
    for (let t = 0; t < RENDERED.frames; t++) {
      data.set(still, t * still.length);
      const [top, left] = path(t);
      for (let y = 0; y < RENDERED.side; y++) {
        const from = 3 * ((y + 30) * 96 + 30);
        data.set(piece.subarray(from, from + 3 * RENDERED.side), t * still.length + 3 * ((top + y) * width + left));
      }
    }
    return {
      name: `rendered clip ${i + 1}`,
      frames: { data, shape: [RENDERED.frames, height, width, 3] },
      fps: RENDERED.fps,
      sound: { samples: tone((t) => path(Math.min(RENDERED.frames - 1, t))[0]), sampleRate: RENDERED.sampleRate },
    };
  });
  return Promise.all(clips);
}

/** Where the thing of rendered clip i is in frame t, and how it moves to the next. */
export function movementOf(i: number, t: number) {
  const path = paths[i] as (typeof paths)[number];
  const [[top, left], [nextTop, nextLeft]] = [path(t), path(t + 1)];
  return { top, left, down: nextTop - top, right: nextLeft - left };
}

function tone(topOf: (frame: number) => number): Float32Array {
  const { frames, fps, sampleRate } = RENDERED;
  let phase = 0;
  return Float32Array.from({ length: (frames * sampleRate) / fps }, (_, s) => {
    phase += (2 * Math.PI * (2000 - 20 * topOf(Math.floor((s * fps) / sampleRate)))) / sampleRate;
    return 0.3 * Math.sin(phase);
  });
}

/** Copies of the frames of a clip from `start`, every `stride`-th, `[copies, frames, height, width, 3]`; the caller disposes it. */
export function copiesOf(
  { frames: { data, shape } }: Clip,
  copies: number,
  { start = 0, frames = shape[0], stride = 1 }: { start?: number; frames?: number; stride?: number } = {},
): Tensor5D {
  const [count, ...image] = shape;
  const size = data.length / count;
  const most = Math.min(frames, Math.floor((count - 1 - start) / stride) + 1);
  const values = new Float32Array(copies * most * size);
  for (let k = 0; k < copies * most; k++) {
    const from = (start + (k % most) * stride) * size;
    values.set(data.subarray(from, from + size), k * size);
  }
  return tensor<Rank.R5>(values, [copies, most, ...image]);
}
