import { add, env, getBackend, registerBackend, removeBackend, setBackend, type Tensor2D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ntXentLoss } from '../../src/losses/index.js';
import { expectClose, hold, normals } from '../helpers/index.js';
import { disposeHeld } from '../helpers/memory.js';
import { expectFinite, extremes, givenInputs } from './extremes.js';

/** A fresh WebGL backend whose textures hold half or single precision. */
async function restart(half: boolean): Promise<void> {
  const { MathBackendWebGL } = await import('@tensorflow/tfjs-backend-webgl');
  removeBackend('webgl');
  env().set('WEBGL_FORCE_F16_TEXTURES', half);
  env().set('WEBGL_RENDER_FLOAT32_ENABLED', !half);
  env().set('WEBGL_CPU_FORWARD', !half); // else small tensors are computed on the host
  registerBackend('webgl', () => new MathBackendWebGL(), 2);
  await setBackend('webgl');
}

// Phones have half-precision textures only: the largest number is 65504, the smallest about 6e-8.
describe.runIf(getBackend() === 'webgl')('losses in half precision', () => {
  beforeAll(() => restart(true));
  afterAll(async () => {
    disposeHeld();
    await restart(false);
  });

  test('half precision is what runs', async () => {
    const x = normals<Tensor2D>(1, [1, 1], 1e6);
    expect(Number.isFinite((await hold(add(x, x)).data())[0])).toBe(false);
  });

  test.each(extremes.filter(({ scaleInvariant }) => scaleInvariant))('$name is finite', async (extreme) => {
    for (const [kind, given] of givenInputs()) {
      if ((given[0]?.shape[0] as number) < extreme.smallest) continue;
      // The gradient grows with 1 / (temperature * length): with both small it is beyond the largest number.
      await expectFinite(extreme, given, /^(small|mixed)/.test(kind) ? 1 : 0.01, kind);
    }
  });

  test('the numbers are still right', async () => {
    const views = (scale: number): [Tensor2D, Tensor2D] => [normals(1, [6, 4], scale), normals(2, [6, 4], scale)];
    for (const scale of [1e-3, 1, 1e3]) {
      const loss = ntXentLoss(...views(scale), { temperature: 0.2 });
      await expectClose(loss, 5.0179472, { rtol: 1e-2 });
      loss.dispose();
    }
  });
});
