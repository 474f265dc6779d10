import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { readNpy } from 'selfsup/node';
import { type Clip, movementOf, RENDERED } from './clips.js';
import { SIZE } from './material.js';
import { readStack, type Stack, samples } from './stack.js';

/** A frame with its flow to the next, both `SIZE`; flow is (x, y) in pixels, 0 where it is unknown. */
export interface MovingPair {
  readonly name: string;
  readonly frame: Stack;
  readonly flow: Float32Array;
}

/** The pairs of SELFSUP_DATA/flow. */
export async function readMoving(folder: string): Promise<MovingPair[]> {
  return Promise.all(
    ['rubberwhale', 'chairs_3'].map(async (name) => {
      const bytes = await promisify(gunzip)(await readFile(join(folder, name, 'flow.flo.gz')));
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const [width, height] = [view.getInt32(4, true), view.getInt32(8, true)];
      const { at, scale } = samples([height, width], SIZE);
      const flow = Float32Array.from({ length: 2 * at.length }, (_, k) => {
        const value = view.getFloat32(12 + 4 * (2 * (at[k >> 1] as number) + (k % 2)), true);
        return Math.abs(value) > 1e9 ? 0 : value * scale;
      });
      return { name, frame: await readStack(join(folder, name, 'frame1.png'), SIZE), flow };
    }),
  );
}

/** The left picture of a stereo pair of SELFSUP_DATA/stereo: a camera that moves sideways by the baseline. */
export async function readSideways(folder: string): Promise<MovingPair[]> {
  const path = join(folder, 'motorcycle');
  const disparity = await readNpy(join(path, 'disp_left.npy.gz'));
  const { at, scale } = samples(disparity.shape as [number, number], SIZE);
  const flow = new Float32Array(2 * at.length);
  for (const [k, from] of at.entries()) flow[2 * k] = (-(disparity.data[from] as number) / 256) * scale;
  return [{ name: 'motorcycle, left to right', frame: await readStack(join(path, 'left.png'), SIZE), flow }];
}

/** A frame of every rendered clip, with the flow that its path gives. */
export function renderedPairs(clips: readonly Clip[]): MovingPair[] {
  return clips.map(({ name, frames }, i) => {
    const [height, width] = SIZE;
    const { top, left, down, right } = movementOf(i, 8);
    const flow = new Float32Array(2 * height * width);
    for (let p = 0; p < height * width; p++) {
      const [y, x] = [Math.floor(p / width), p % width];
      if (y >= top && y < top + RENDERED.side && x >= left && x < left + RENDERED.side) flow.set([right, down], 2 * p);
    }
    const size = height * width * 3;
    return { name, frame: { data: frames.data.slice(8 * size, 9 * size), shape: [1, height, width, 3] }, flow };
  });
}
