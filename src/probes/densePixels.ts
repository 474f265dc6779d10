import {
  add,
  argMax,
  image,
  reshape,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { sliceRows } from '../internal/arrayData.js';
import { matMul } from '../internal/matMul.js';
import { asMaps, type HostDense } from './denseCells.js';
import { columns } from './fitLogistic.js';
import type { LinearFit } from './linearFit.js';

/** Predicted class of every pixel, an array for each image. */
export async function predictPixels(
  run: (batch: Tensor) => Tensor,
  part: HostDense,
  { present, scale, solution }: LinearFit,
  batchSize: number,
): Promise<Int32Array[]> {
  const dim = scale.mean.length;
  // The standardisation is put into the weights.
  const factors = solution.weights.map((w, i) => (scale.std[i % dim] ? w / (scale.std[i % dim] as number) : 0));
  const bias = solution.bias.map(
    (b, c) => b - scale.mean.reduce((sum, m, j) => sum + m * (factors[c * dim + j] as number), 0),
  );
  const found = columns({ weights: factors, bias }, dim);
  const width = found.bias.length;
  const [weights, shift] = tidy(() => [tensor2d(found.weights, [dim, width]), tensor1d(found.bias)] as const);
  const out: Int32Array[] = [];
  const area = part.size[0] * part.size[1];
  try {
    for (let start = 0; start < part.count; start += batchSize) {
      const end = Math.min(part.count, start + batchSize);
      const classes = tidy(() => {
        const maps = asMaps('denseProbe', run(sliceRows(part.x, start, end)));
        const [n, rows, wide] = maps.shape;
        const cells = reshape(maps, [n * rows * wide, dim]) as Tensor2D;
        const logits = reshape(add(matMul(cells, weights), shift), [n, rows, wide, width]) as Tensor4D;
        return argMax(image.resizeBilinear(logits, [...part.size], false, true), 3) as Tensor3D;
      });
      const values = await classes.data();
      classes.dispose();
      for (let i = 0; i < end - start; i++) {
        out.push(Int32Array.from(values.subarray(i * area, (i + 1) * area), (c) => present[c] as number));
      }
      if (end < part.count) await new Promise((resolve) => setTimeout(resolve));
    }
    return out;
  } finally {
    weights.dispose();
    shift.dispose();
  }
}

/** A confusion matrix of each image, rows being the truth. */
export function confusions(
  predictions: Int32Array[],
  part: HostDense,
  classes: number,
  ignore: number,
): Float64Array[] {
  const area = part.size[0] * part.size[1];
  return predictions.map((map, i) => {
    const matrix = new Float64Array(classes * classes);
    for (let p = 0; p < area; p++) {
      const truth = part.labels[i * area + p] as number;
      if (truth !== ignore) (matrix[truth * classes + (map[p] as number)] as number) += 1;
    }
    return matrix;
  });
}

/** Intersection over union of each class from a confusion matrix (rows: truth), null where a class occurs nowhere. */
export function unionShares(matrix: Float64Array, classes: number): (number | null)[] {
  return Array.from({ length: classes }, (_, c) => {
    let union = -(matrix[c * classes + c] as number);
    for (let d = 0; d < classes; d++)
      union += (matrix[c * classes + d] as number) + (matrix[d * classes + c] as number);
    return union > 0 ? (matrix[c * classes + c] as number) / union : null;
  });
}

/** Mean of the numbers among them; 0 where there is none. */
export function meanOfKnown(values: readonly (number | null)[]): number {
  const known = values.filter((v) => v !== null);
  return known.length > 0 ? known.reduce((sum, v) => sum + v, 0) / known.length : 0;
}
