import { tensor1d } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { test } from 'vitest';
import { gelu } from '../../src/internal/gelu.js';
import { layerNorm } from '../../src/internal/layerNorm.js';
import { expectClose, hold, normals, onEveryBackend } from '../helpers/index.js';

onEveryBackend('gelu and layerNorm', () => {
  // x Phi(x) with math.erf of Python, in float64.
  const xs = [-6, -2, -1, -0.3, 0, 0.3, 1, 2, 6];
  const ys = [-5.919524e-9, -0.0455002639, -0.158655254, -0.114626573, 0, 0.185373427, 0.841344746, 1.95449974, 6];
  test('gelu has the values of the normal distribution', async () => {
    await expectClose(hold(gelu(hold(tensor1d(xs)))), ys, { atol: 2e-6 });
  });
  test('layerNorm is the stock layer, at rows far from zero too', async () => {
    const stock = layers.layerNormalization({ epsilon: 1e-3 });
    const x = normals(1, [2, 3, 5], 100);
    const expected = hold(stock.apply(x) as typeof x);
    await expectClose(hold(layerNorm(x, 1e-3)), expected, { atol: 1e-4 });
    stock.dispose();
  });
});
