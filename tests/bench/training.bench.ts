import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-wasm';
import {
  add,
  type NamedTensorMap,
  type Optimizer,
  ready,
  type Scalar,
  setBackend,
  type Tensor,
  type Tensor2D,
  tensor,
  train,
  type Variable,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { ntXentLoss } from '../../src/losses/index.js';
import { normal } from '../../src/random/index.js';
import { AdamW, cachedGradients, clipByGlobalNorm, LARS } from '../../src/training/index.js';
import { registerWasmTraining } from '../../src/wasm/index.js';
import { compare, report } from './harness.js';
import type { Backend } from './options.js';

const normals = (seed: number, shape: number[]): Tensor =>
  tensor(
    normal(
      seed,
      shape.reduce((product, n) => product * n, 1),
    ),
    shape,
  );

/** The small net of the examples, on 16x16 images. */
function encoder(): LayersModel {
  const options = { kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' } as const;
  return sequential({
    layers: [
      layers.conv2d({ ...options, filters: 16, strides: 1, inputShape: [16, 16, 3] }),
      layers.conv2d({ ...options, filters: 32 }),
      layers.conv2d({ ...options, filters: 64 }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 64 }),
    ],
  });
}

export const backends: readonly Backend[] = ['wasm'];

/** The price of chunks, and of an optimizer's step, on WASM with the training kernels. */
export async function bench(): Promise<void> {
  registerWasmTraining();
  await setBackend('wasm');
  await ready();
  {
    const model = encoder();
    const variables = model.trainableWeights.map((weight) => weight.read() as Variable);
    const inputs = [normals(1, [256, 16, 16, 3]), normals(2, [256, 16, 16, 3])] as [Tensor, Tensor];
    const encode = (x: Tensor): Tensor2D => model.apply(x) as Tensor2D;
    const loss = (a: Tensor2D, b: Tensor2D): Scalar => ntXentLoss(a, b);
    const cached = (chunkSize: number) => () => {
      const { value, grads } = cachedGradients({ inputs, encode, loss, chunkSize, variables });
      return [value, ...Object.values(grads)];
    };
    const ms = compare(
      {
        whole: () => {
          const { value, grads } = variableGrads(() => loss(encode(inputs[0]), encode(inputs[1])), variables);
          return [value, ...Object.values(grads)];
        },
        c64: cached(64),
        c16: cached(16),
      },
      { rounds: 7, warmUp: 1 },
    );
    report('cachedGradients 2x256 images, chunks of 64 / whole batch', ms.c64, ms.whole, 1.5);
    report('cachedGradients 2x256 images, chunks of 16 / whole batch', ms.c16, ms.whole);
  }
  {
    const shapes = [[3, 3, 64, 128], [128], [3, 3, 128, 128], [128], [3, 3, 128, 256], [256], [256, 512], [512]];
    const weights = shapes.map((shape, i) => variable(normals(i, shape)));
    const grads: NamedTensorMap = Object.fromEntries(
      weights.map(({ name, shape }, i) => [name, normals(90 + i, shape)]),
    );
    const step = (optimizer: Optimizer) => () => {
      optimizer.applyGradients(grads as never);
      return add(0, 0);
    };
    const ms = compare({
      adam: step(train.adam(1e-3, 0.9, 0.999, 1e-8)),
      adamW: step(new AdamW({ learningRate: 1e-3 })),
      momentum: step(train.momentum(1e-3, 0.9)),
      lars: step(new LARS({ learningRate: 1e-3 })),
      clip: () => Object.values(clipByGlobalNorm(grads, 1)),
    });
    report('AdamW, 0.7 M weights / tfjs Adam', ms.adamW, ms.adam, 1.1);
    report('LARS, 0.7 M weights / tfjs momentum', ms.lars, ms.momentum);
    report('clipByGlobalNorm, 0.7 M weights / tfjs Adam', ms.clip, ms.adam);
  }
}
