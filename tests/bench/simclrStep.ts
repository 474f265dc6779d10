import {
  add,
  concat,
  div,
  eye,
  logSoftmax,
  matMul,
  mul,
  neg,
  type Optimizer,
  randomUniform,
  type Scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';

/** The yardstick: three 3x3 convolution blocks, global average pooling, a 128-128-64 head, 2 x 64 images 32x32x3. */
export interface Yardstick {
  /** One step of Adam on the NT-Xent loss; the caller disposes the loss. */
  readonly step: () => Scalar;
  /** Frees the images; the model stays with the process. */
  readonly dispose: () => void;
}

/** Makes the model, the optimizer and a batch. */
export function simclrYardstick(batch = 64): Yardstick {
  const model = encoder();
  const optimizer: Optimizer = train.adam(1e-3);
  const images = randomUniform<Tensor4D['rankType']>([2 * batch, 32, 32, 3]);
  const step = (): Scalar =>
    optimizer.minimize(() => ntXent(model.apply(images, { training: true }) as Tensor2D, batch), true) as Scalar;
  return { step, dispose: () => images.dispose() };
}

function encoder(): LayersModel {
  const model = sequential();
  const filters = [32, 64, 128];
  for (const [i, count] of filters.entries()) {
    model.add(
      layers.conv2d({
        filters: count,
        kernelSize: 3,
        strides: i === 0 ? 1 : 2,
        padding: 'same',
        useBias: false,
        ...(i === 0 && { inputShape: [32, 32, 3] }),
      }),
    );
    model.add(layers.batchNormalization({}));
    model.add(layers.reLU());
  }
  model.add(layers.globalAveragePooling2d({}));
  model.add(layers.dense({ units: 128, activation: 'relu' }));
  model.add(layers.dense({ units: 64 }));
  return model;
}

/** NT-Xent with temperature 0.5, in plain ops; rows i and i + batch are views of one image. */
function ntXent(z: Tensor2D, batch: number): Scalar {
  return tidy(() => {
    const unit = div<Tensor2D>(z, sqrt(add(sum(square(z), 1, true), 1e-12)));
    const identity = eye(batch);
    const none = mul(identity, 0);
    const positives = concat([concat([none, identity], 1), concat([identity, none], 1)], 0);
    const logits = sub(div(matMul(unit, unit, false, true), 0.5), mul(eye(2 * batch), 1e9));
    return neg(div(sum(mul(positives, logSoftmax(logits as Tensor))), 2 * batch)) as Scalar;
  });
}

/** One product of each of the step's convolutions and their gradients: `[m, k, n]`. */
export function stepProducts(batch = 64): [number, number, number][] {
  const rows = (size: number): number => 2 * batch * size * size;
  const layersOf: [number, number, number][] = [
    [rows(32), 27, 32],
    [rows(16), 288, 64],
    [rows(8), 576, 128],
    [2 * batch, 128, 128],
    [2 * batch, 128, 64],
  ];
  return layersOf.flatMap(([m, k, n], i) => {
    const products: [number, number, number][] = [
      [m, k, n],
      [k, m, n],
    ];
    if (i > 0) products.push([m, n, k]);
    return products;
  });
}
