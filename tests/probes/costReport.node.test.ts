import '@tensorflow/tfjs-backend-cpu';
import { type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { ChannelwiseDense, WeightNormDense } from '../../src/layers/index.js';
import { smallConvNet, vit } from '../../src/models/index.js';
import { costReport } from '../../src/probes/index.js';

test('counts every kind of layer as its sums say', async () => {
  const m = sequential({
    layers: [
      layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', inputShape: [8, 8, 3], name: 'conv' }),
      layers.batchNormalization({ name: 'norm' }),
      layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, name: 'depthwise' }),
      layers.separableConv2d({ filters: 5, kernelSize: 2, padding: 'same', name: 'separable' }),
      layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same', name: 'transposed' }),
      layers.flatten(),
      layers.reshape({ targetShape: [4, 8] }),
      layers.conv1d({ filters: 3, kernelSize: 2, name: 'line' }),
      layers.dense({ units: 7, name: 'dense' }),
      layers.simpleRNN({ units: 2, recurrentInitializer: 'zeros', name: 'recurrent' }),
    ],
  });
  const report = await costReport(m);
  const found = Object.fromEntries(report.layers.map((l) => [l.name, [l.parameters, l.multiplyAdds]]));
  expect(found).toEqual({
    conv: [9 * 3 * 4 + 4, 16 * 9 * 3 * 4],
    norm: [16, 0],
    depthwise: [9 * 4 * 2 + 8, 4 * 9 * 4 * 2],
    separable: [4 * 8 + 8 * 5 + 5, 4 * (4 * 8 + 8 * 5)],
    transposed: [9 * 2 * 5 + 2, 4 * 9 * 2 * 5],
    line: [2 * 8 * 3 + 3, 3 * 2 * 8 * 3],
    dense: [3 * 7 + 7, 3 * 3 * 7],
    recurrent: [7 * 2 + 2 * 2 + 2, null],
  });
  expect(report).toMatchObject({ uncounted: ['recurrent'], measured: null, parameters: m.countParams() });
  expect(report.trainable).toBe(m.countParams() - 8);
  expect(report.multiplyAdds).toBe(report.layers.reduce((sum, l) => sum + (l.multiplyAdds ?? 0), 0));
  m.dispose();
});

test('models inside, shared layers, layers that say their own, and models that borrow', async () => {
  const inner = sequential({ layers: [layers.dense({ units: 3, inputShape: [4], name: 'a' })], name: 'inner' });
  const [x, y] = [input({ shape: [4] }), input({ shape: [4] })];
  const shared = layers.dense({ units: 2, name: 'b' });
  const say = layers.activation({ activation: 'relu', name: 'own' }) as ReturnType<typeof layers.activation> & {
    multiplyAdds?: (shape: number[]) => number;
  };
  say.multiplyAdds = ([batch = 0, dim = 0]) => 1000 * batch + dim;
  const turn = (z: SymbolicTensor) => shared.apply(inner.apply(z)) as SymbolicTensor;
  const m = model({ inputs: [x, y], outputs: say.apply(layers.add().apply([turn(x), turn(y)])) as SymbolicTensor });
  shared.apply(input({ shape: [3] })); // another use, which is not of this model
  const { layers: costs, parameters } = await costReport(m);
  expect(Object.fromEntries(costs.map((l) => [l.name, l.multiplyAdds]))).toEqual({ 'inner/a': 24, b: 12, own: 1002 });
  expect(parameters).toBe(15 + 8);
  m.dispose();
});

test('transformers: every layer says its own', async () => {
  const encoder = vit({ size: 32, patchSize: 4 }); // the blocks of DeiT-tiny, on 65 tokens
  const report = await costReport(encoder);
  const block = 65 * (4 * 192 ** 2 + 2 * 65 * 192 + 2 * 192 * 768);
  expect(report.uncounted).toEqual([]);
  expect(report.multiplyAdds).toBe(64 * 48 * 192 + 12 * block);
  expect(report.layers.find(({ name }) => name === 'block3')?.multiplyAdds).toBe(block);
  encoder.dispose();
  const head = sequential({ layers: [new WeightNormDense({ units: 7, inputShape: [3, 5] })] });
  expect((await costReport(head)).multiplyAdds).toBe(3 * 5 * 7);
  head.dispose();
  const spread = sequential({ layers: [new ChannelwiseDense({ inputShape: [2, 3, 5] })] });
  expect((await costReport(spread)).multiplyAdds).toBe(5 * 6 * 6);
  spread.dispose();
});

test('measures a step that is given', async () => {
  const encoder = smallConvNet({ inputShape: [8, 8, 3], channels: [4] });
  let runs = 0;
  const step = async () => {
    runs += 1;
    const y = tidy(() => encoder.predict(zeros([2, 8, 8, 3])) as Tensor);
    await y.data();
    y.dispose();
  };
  const { measured } = await costReport(encoder, { step, images: 2, repeats: 3, steps: 10 });
  expect(runs).toBe(5);
  expect(measured?.imagesPerSecond).toBeCloseTo(2 / (measured?.secondsPerStep as number), 6);
  expect(measured?.trainingSeconds).toBeCloseTo(10 * (measured?.secondsPerStep as number), 9);
  expect(measured?.peakTensors).toBeGreaterThan(encoder.weights.length);
  expect(measured?.peakBytes).toBeGreaterThan(4 * encoder.countParams());
  const cases: [Promise<unknown>, string][] = [
    [costReport(encoder, { step, repeats: 0 }), 'costReport: repeats must be an integer >= 1, got 0.'],
    [costReport(encoder, { steps: 3 }), 'costReport: steps needs a step that is measured, got none.'],
    [costReport(sequential()), 'costReport: model must be built, all sizes but the batch fixed, got inputs []'],
  ];
  for (const [call, message] of cases) await expect(call).rejects.toThrow(message);
  const open = sequential({
    layers: [layers.globalAveragePooling2d({ inputShape: [null as never, null as never, 3] })],
  });
  await expect(costReport(open)).rejects.toThrow('got inputs [[null,null,null,3]]');
  encoder.dispose();
});
