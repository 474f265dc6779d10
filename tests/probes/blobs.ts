import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { foldIn, normal, type Seed } from '../../src/random/index.js';
import { hold } from '../helpers/index.js';

/** Points around one drawn centre per class, classes in turn; held by the test. */
export function blobs(
  seed: Seed,
  n: number,
  {
    dim = 5,
    classes = 3,
    noise = 0.5,
    centers = 0,
  }: { dim?: number; classes?: number; noise?: number; centers?: Seed } = {},
): { x: Tensor2D; labels: number[] } {
  const middle = normal(centers, classes * dim);
  const spread = normal(foldIn(seed, 1), n * dim);
  const labels = Array.from({ length: n }, (_, i) => i % classes);
  const values = spread.map(
    (e, i) => noise * e + (middle[(labels[Math.floor(i / dim)] as number) * dim + (i % dim)] as number),
  );
  return { x: hold(tensor2d(values, [n, dim])), labels };
}
