import {
  concat,
  reshape,
  type Scalar,
  slice,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import type { AdapterCall, Adapters, Outputs } from '../adapter.js';

/** Patches row-major over the image, numbers row-major inside a patch. */
function patches(images: Tensor4D, size: number): Tensor3D {
  const [batch, height, width, channels] = images.shape;
  const found: Tensor3D[] = [];
  for (let y = 0; y < height; y += size) {
    for (let x = 0; x < width; x += size) {
      const patch = slice(images, [0, y, x, 0], [batch, size, size, channels]);
      found.push(reshape(patch, [batch, 1, size * size * channels]));
    }
  }
  return concat(found, 1);
}

function infoNceQueueLoss({ lib, inputs, params }: AdapterCall): Scalar {
  const rows = inputs.queue as Tensor2D;
  const queue = new lib.momentum.FeatureQueue({ capacity: rows.shape[0], dim: rows.shape[1], normalize: 'never' });
  queue.enqueue(rows);
  const options = { negatives: queue, temperature: params.temperature };
  const loss = lib.losses.infoNCELoss(inputs.q as Tensor2D, inputs.k as Tensor2D, options);
  queue.dispose();
  return loss;
}

async function infoNceQueueOutputs({ lib, inputs, params }: AdapterCall): Promise<Outputs> {
  const rows = inputs.queue as Tensor2D;
  const [capacity, dim] = rows.shape;
  const queue = new lib.momentum.FeatureQueue({ capacity, dim, normalize: 'onEnqueue' });
  const data = (await rows.data()) as Float32Array;
  const state = { dtype: 'float32' as const, shape: rows.shape, data };
  await queue.setState({ rows: state, pointer: params.pointer, filled: capacity });
  const options = { negatives: queue, temperature: params.temperature };
  const logits = lib.losses.infoNCELogits(inputs.q as Tensor2D, inputs.k as Tensor2D, options);
  queue.enqueue(inputs.k as Tensor2D);
  const outputs = { logits, newQueue: queue.values(), newPointer: queue.pointer };
  queue.dispose();
  return outputs;
}

/** Rows of the group 'losses'. */
export const losses: Adapters = {
  ntXent: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.ntXentLoss(inputs.z0 as Tensor2D, inputs.z1 as Tensor2D, { temperature: params.temperature }),
  },
  infoNceQueue: { loss: infoNceQueueLoss, outputs: infoNceQueueOutputs },
  infoNceNegatives: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.infoNCELoss(inputs.query as Tensor2D, inputs.positive as Tensor2D, {
        negatives: inputs.negatives as Tensor2D | Tensor3D,
        temperature: params.temperature,
      }),
  },
  barlowTwins: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.barlowTwinsLoss(inputs.z1 as Tensor2D, inputs.z2 as Tensor2D, { lambda: params.lambda }),
    outputs: ({ lib, inputs }) => ({
      crossCorrelation: lib.losses.crossCorrelation(inputs.z1 as Tensor2D, inputs.z2 as Tensor2D),
    }),
  },
  maeReconstruction: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.maskedReconstructionLoss(
        inputs.pred as Tensor3D,
        patches(inputs.images as Tensor4D, params.patchSize),
        inputs.mask as Tensor2D,
        { normalizePatches: params.normPix },
      ),
  },
  alignment: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.alignmentLoss(inputs.x as Tensor2D, inputs.y as Tensor2D, {
        alpha: params.alpha,
        normalize: params.normalize,
      }),
  },
  uniformity: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.uniformityLoss(inputs.x as Tensor2D, { t: params.t, normalize: params.normalize }),
  },
};
