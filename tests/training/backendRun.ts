import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-wasm';
import { ones, randomUniform, ready, setBackend, type Tensor2D, type Tensor4D, train } from '@tensorflow/tfjs-core';
import { ntXentLoss } from '../../src/losses/index.js';
import { SimCLR } from '../../src/methods/index.js';
import { smallConvNet } from '../../src/models/index.js';
import { fineTuneProbe } from '../../src/probes/index.js';
import { batches, cachedGradients, pretrain } from '../../src/training/index.js';
import { registerWasmTraining } from '../../src/wasm/index.js';

// A process of its own: with `training` the kernels are registered, without it they are not. Prints one line of JSON.
if (process.argv[2] === 'training') registerWasmTraining();
await setBackend('wasm');
await ready();

const messageOf = async (run: () => unknown): Promise<string> => {
  try {
    await run();
    return 'no error';
  } catch (error) {
    return (error as Error).message;
  }
};
const encoder = smallConvNet({ inputShape: [32, 32, 3], channels: [16, 16] });
const count = process.argv[2] === 'training' ? 512 : 8;
const images = randomUniform([count, 32, 32, 3], 0, 1, 'float32', 1) as Tensor4D;
const optimizer = train.sgd(0.01);
const run = (size: number) => {
  const method = new SimCLR({ encoder });
  return messageOf(() => pretrain(method, batches(images, { size }, 1), { steps: 1, optimizer, seed: 1 }));
};
const part = { x: ones([4, 32, 32, 3]), labels: [0, 1, 0, 1] };
console.log(
  JSON.stringify({
    large: await run(count),
    small: await run(4),
    probe: await messageOf(() => fineTuneProbe(encoder, { train: part, test: part }, 1, { epochs: 1, batchSize: 4 })),
    cached: await messageOf(() =>
      cachedGradients({
        inputs: [images, images],
        encode: (x) => encoder.apply(x) as Tensor2D,
        loss: (a, b) => ntXentLoss(a, b),
        chunkSize: 4,
        variables: encoder.trainableWeights.map((weight) => weight.read() as never),
      }),
    ),
  }),
);
