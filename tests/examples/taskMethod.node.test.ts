import '@tensorflow/tfjs-backend-cpu';
import { type Scalar, scalar, setBackend, type Tensor4D } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { TaskMethod } from '../../examples/pretrain/recipes/taskMethod.js';
import type { State } from '../../src/internal/state.js';

test('a state that does not fit a pretext task is refused, and changes nothing', async () => {
  await setBackend('cpu');
  const model = () => sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
  const method = new TaskMethod<Tensor4D>({
    encoder: model(),
    head: model(),
    prepare: (images) => images,
    loss: () => scalar(0) as Scalar,
  });
  const good = await method.getState();
  const other = structuredClone(good) as { encoder: { data: Float32Array }[] } & State;
  for (const { data } of other.encoder) data.fill(9);
  const [kernel, bias] = good.head as unknown as [object, object];
  const bad = [
    undefined,
    null,
    'x',
    5,
    {},
    [],
    [kernel],
    [bias, kernel],
    [kernel, null],
    [kernel, { ...bias, data: [0, 0] }],
  ];
  for (const head of bad) {
    await expect(method.setState({ ...other, head } as never)).rejects.toThrow(
      "TaskMethod: state 'head' must hold 2 weights",
    );
    expect(await method.getState()).toEqual(good);
  }
  await method.setState(other);
  expect(await method.getState()).toEqual(other);
});
