import {
  abs,
  mean,
  reshape,
  slice,
  sub,
  type Tensor1D,
  type Tensor2D,
  type Tensor5D,
  tidy,
} from '@tensorflow/tfjs-core';

/** Mean absolute difference of every frame to the next, a row of frames - 1 numbers per clip, read back. */
export async function motionOf(clips: Tensor5D): Promise<Float32Array[]> {
  const [batch, frames] = clips.shape;
  const size = clips.size / (batch * frames);
  // One subtraction for all: the difference of a clip's last frame to the next clip's first is left out below.
  const steps = tidy(() => {
    const rows: Tensor2D = reshape(clips, [batch * frames, size]);
    const next = slice(rows, [1, 0], [batch * frames - 1, size]);
    return mean<Tensor1D>(abs(sub(next, slice(rows, [0, 0], [batch * frames - 1, size]))), 1);
  });
  try {
    const values = (await steps.data()) as Float32Array;
    return Array.from({ length: batch }, (_, i) => values.slice(i * frames, i * frames + frames - 1));
  } finally {
    steps.dispose();
  }
}
