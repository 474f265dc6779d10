import { type Tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import * as layers from '../../src/layers/index.js';
import { expectMisuseIsNamed, type RightCall, uncovered } from '../helpers/misuse.js';

type Built = { apply(x: Tensor): Tensor };
/** Constructors, options they need, and the shape of an input where there is one input. */
const classes = [
  ['BatchNorm', {}, [2, 3]],
  ['ChannelwiseDense', {}, [2, 3, 3, 4]],
  ['ClassToken', {}, [2, 3, 4]],
  ['DropPath', { rate: 0.1, seed: 1 }, [2, 3]],
  ['GELU', {}, [2, 3]],
  ['L2Normalize', {}, [2, 3]],
  ['LayerNorm', {}, [2, 3]],
  ['MultiHeadAttention', { heads: 1 }, [2, 3, 4]],
  ['PatchEmbedding', { patchSize: 2, dim: 4 }, [2, 4, 4, 3]],
  ['PoolTokens', {}, [2, 3, 4]],
  ['PositionEmbedding', { gridSize: [2, 2] }, [2, 4, 4]],
  ['RestoreTokens', {}, null],
  ['TakeTokens', {}, null],
  ['TransformerBlock', { heads: 1 }, [2, 3, 4]],
  ['WeightNormDense', { units: 2 }, [2, 3]],
] as const;
const make = (name: string, options: unknown): Built =>
  new (Reflect.get(layers, name) as new (options: unknown) => Built)(options);

const calls: readonly RightCall[] = [
  ...classes.map(
    ([name, options]): RightCall => ({
      name,
      call: (given: unknown) => void make(name, given),
      args: () => [options],
      options: 0,
      optional: Object.keys(options).length === 0,
    }),
  ),
  {
    name: 'resizePositions',
    call: layers.resizePositions,
    args: () => [zeros([4, 3]), [2, 2], [3, 3], {}],
    options: 3,
  },
  {
    name: 'sineCosinePositions',
    call: layers.sineCosinePositions,
    args: () => [{ gridSize: [2, 2], dim: 8 }],
    options: 0,
    optional: false,
  },
];

describe('misuse of layers', () => {
  test('every export has a call', () => {
    expect(uncovered(layers, [...calls, { name: 'registerLayers' }])).toEqual([]);
  });
  test.each(calls)('$name says which argument is wrong', (right) => expectMisuseIsNamed(right));
  test.each(classes)('%s takes what tfjs layers take, and what its own config holds', (name, options, shape) => {
    const general = {
      name: 'mine',
      trainable: false,
      dtype: 'float32',
      batchInputShape: shape ?? [2, 3, 4],
      weights: undefined,
    };
    const layer = make(name, { ...options, ...general }) as unknown as { getConfig(): object; dispose(): unknown };
    expect(() => make(name, layer.getConfig())).not.toThrow();
  });
  test.each(classes.filter(([, , shape]) => shape !== null))('%s names a disposed input', (name, options, shape) => {
    const layer = make(name, options);
    const x = zeros([...(shape as readonly number[])]);
    layer.apply(x).dispose();
    x.dispose();
    expect(() => layer.apply(x)).toThrow(`${name}: input must be a tensor in use`);
  });
  test('seeds and flags', () => {
    expect(() => new layers.ClassToken({ seed: 'one' as never })).toThrow('ClassToken: seed must be a safe integer');
    expect(() => new layers.LayerNorm({ affine: 'no' as never })).toThrow(
      'LayerNorm: affine must be true or false, got "no"',
    );
  });
});
