import { mean, memory, type Scalar, square, sub, type Tensor, tensor2d, train } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { hold, normals } from '../helpers/index.js';
import { onWasm } from './support.js';

/** Loss of each of some steps of Adam, and how many tensors the later steps left behind. */
function learn(list: unknown[], x: Tensor, y: Tensor, steps = 12): { losses: number[]; left: number } {
  const model = sequential();
  for (const layer of list) model.add(layer as never);
  const optimizer = train.adam(0.01);
  const losses: number[] = [];
  let before = 0;
  for (let step = 0; step < steps; step++) {
    if (step === 2) before = memory().numTensors;
    const loss = optimizer.minimize(
      () => mean(square(sub(model.apply(x, { training: true }) as Tensor, y))),
      true,
    ) as Scalar;
    losses.push(loss.dataSync()[0] as number);
    loss.dispose();
  }
  const left = memory().numTensors - before;
  model.dispose();
  optimizer.dispose();
  return { losses, left };
}

function expectLearns(result: { losses: number[]; left: number }): void {
  expect(result.left, 'tensors left behind by minimize').toBe(0);
  expect(result.losses.every(Number.isFinite)).toBe(true);
  expect(result.losses.at(-1) as number).toBeLessThan(0.8 * (result.losses[0] as number));
}

onWasm('training', () => {
  test('convolutions, strided, dilated and depthwise, with pools and batch normalisation', () => {
    const [x, y] = [normals(1, [8, 12, 12, 3]), normals(2, [8, 2])];
    expectLearns(
      learn(
        [
          layers.conv2d({
            filters: 8,
            kernelSize: 3,
            strides: 2,
            padding: 'same',
            useBias: false,
            inputShape: [12, 12, 3],
          }),
          layers.batchNormalization({}),
          layers.reLU(),
          layers.conv2d({ filters: 8, kernelSize: 3, dilationRate: 2, padding: 'same', activation: 'relu' }),
          layers.depthwiseConv2d({ kernelSize: 3, padding: 'same' }),
          layers.batchNormalization({}),
          layers.maxPooling2d({ poolSize: 2 }),
          layers.averagePooling2d({ poolSize: 2, strides: 1, padding: 'same' }),
          layers.conv2d({ filters: 16, kernelSize: 1 }),
          layers.globalAveragePooling2d({}),
          layers.dense({ units: 2 }),
        ],
        x,
        y,
      ),
    );
  });

  test('a decoder of transposed convolutions and upsampling', () => {
    const [x, y] = [normals(1, [4, 4, 4, 2]), normals(2, [4, 16, 16, 1], 0.3)];
    expectLearns(
      learn(
        [
          layers.conv2dTranspose({
            filters: 8,
            kernelSize: 3,
            strides: 2,
            padding: 'same',
            activation: 'relu',
            inputShape: [4, 4, 2],
          }),
          layers.upSampling2d({ size: [2, 2] }),
          layers.conv2d({ filters: 1, kernelSize: 3, padding: 'same' }),
        ],
        x,
        y,
        40,
      ),
    );
  });

  test('an embedding, whose gradient is a segment sum', () => {
    const x = hold(tensor2d([0, 1, 2, 3, 1, 0, 3, 2], [4, 2], 'int32'));
    const y = normals(2, [4, 3]);
    const table = layers.embedding({ inputDim: 4, outputDim: 6, inputLength: 2 });
    expectLearns(learn([table, layers.flatten(), layers.dense({ units: 3 })], x, y, 40));
  });

  test('three-dimensional convolutions and pools', () => {
    const [x, y] = [normals(1, [4, 4, 6, 6, 2]), normals(2, [4, 2])];
    expectLearns(
      learn(
        [
          layers.conv3d({ filters: 6, kernelSize: 3, padding: 'same', activation: 'relu', inputShape: [4, 6, 6, 2] }),
          layers.maxPooling3d({ poolSize: 2 }),
          layers.flatten(),
          layers.dense({ units: 2 }),
        ],
        x,
        y,
      ),
    );
  });
});
