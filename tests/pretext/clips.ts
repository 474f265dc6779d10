import { type Rank, type Tensor, type Tensor5D, tensor } from '@tensorflow/tfjs-core';
import { flat, hold } from '../helpers/index.js';

/** Clips of 2 x 1 pixels, the first of which holds (1000 clip + frame) / 1e5 and the second 0. */
export function numberedClips(batch: number, frames: number): Tensor5D {
  const values = Float32Array.from({ length: 2 * batch * frames }, (_, k) => {
    const [i, t] = [Math.floor(k / 2 / frames), Math.floor(k / 2) % frames];
    return k % 2 === 0 ? (1000 * i + t) / 1e5 : 0;
  });
  return hold(tensor<Rank.R5>(values, [batch, frames, 2, 1, 1], 'float32'));
}

/** Frame numbers of clips made of {@link numberedClips}, a row per clip; throws where a frame is of another clip. */
export async function frameNumbers(clips: Tensor): Promise<number[][]> {
  const [batch, frames] = clips.shape as [number, number];
  const values = await flat(clips);
  return Array.from({ length: batch }, (_, i) =>
    Array.from({ length: frames }, (_, j) => {
      const number = Math.round((values[2 * (i * frames + j)] as number) * 1e5);
      if (Math.floor(number / 1000) !== i) throw new Error(`clip ${i} has a frame ${number}`);
      return number % 1000;
    }),
  );
}
