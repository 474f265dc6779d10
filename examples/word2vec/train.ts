import {
  clone,
  customGrad,
  dispose,
  gatherND,
  type Rank,
  reshape,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tensor2d,
  tidy,
  train,
  unsortedSegmentSum,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { skipGramLoss } from 'selfsup/losses';
import { skipGramTask } from 'selfsup/pretext';
import { foldIn, type Seed, uniform } from 'selfsup/random';
import type { Vocabulary } from './vocabulary.js';

export interface TrainOptions {
  readonly dim: number;
  readonly window: number;
  readonly negatives: number;
  readonly epochs: number;
  readonly subsample: number;
  readonly learningRate: number;
  /** Words of the text per step. */
  readonly block: number;
  readonly report: (epoch: number, loss: number) => void;
}

/** Word vectors `[words, dim]`, which the caller disposes. */
export async function trainVectors({ ids, counts }: Vocabulary, seed: Seed, options: TrainOptions): Promise<Tensor2D> {
  const { dim, window, negatives, epochs, subsample, learningRate, block, report } = options;
  const size: [number, number] = [counts.length, dim];
  // As word2vec.c starts: input vectors small and uniform, output vectors zero, so that the loss is (negatives + 1) ln 2.
  const first = uniform(foldIn(seed, 0), size[0] * dim).map((u) => (u - 0.5) / dim);
  const [input, output] = tidy(() => [variable(tensor2d(first, size)), variable(zeros<Rank.R2>(size))] as const);
  const optimizer = train.adam(learningRate);
  const blocks = Math.ceil(ids.length / block);
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      let sum = 0;
      for (let at = 0; at < blocks; at++) {
        const part = ids.subarray(at * block, (at + 1) * block);
        if (part.length < 2) continue;
        const step = foldIn(foldIn(seed, 1 + epoch), at);
        const batch = skipGramTask(part, step, { window, negatives, counts, subsample });
        const loss = optimizer.minimize(
          () => skipGramLoss(rows(input, batch.inputs), rows(output, batch.targets), noise(output, batch.negatives)),
          true,
          [input, output],
        ) as Scalar;
        sum += (await loss.data())[0] as number;
        dispose([loss, batch.inputs, batch.targets, batch.negatives]);
      }
      report(epoch, sum / blocks);
    }
    return clone(input);
  } finally {
    dispose([input, output]);
    optimizer.dispose();
  }
}

/** Rows of a table by number. On WASM `gatherND` copies them many times faster than `gather`, but has no gradient. */
function rows(table: Tensor2D, ids: Tensor1D): Tensor2D {
  const take = customGrad((x) => ({
    value: gatherND(x as Tensor2D, reshape(ids, [ids.size, 1])),
    gradFunc: (dy) => unsortedSegmentSum(dy as Tensor2D, ids, table.shape[0]),
  }));
  return take(table) as Tensor2D;
}

function noise(table: Tensor2D, ids: Tensor2D): Tensor3D {
  return reshape(rows(table, reshape(ids, [ids.size])), [...ids.shape, table.shape[1]]);
}
