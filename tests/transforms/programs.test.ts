import { backend, getBackend, type Tensor4D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { simclrPolicy } from '../../src/transforms/index.js';
import { onEveryBackend, uniforms } from '../helpers/index.js';

/** Shader programs that the backend has compiled so far. */
function programs(): number {
  const { binaryCache, pipelineCache } = backend() as { binaryCache?: object; pipelineCache?: object };
  return Object.keys(binaryCache ?? pipelineCache ?? {}).length;
}

onEveryBackend('programs of policies', () => {
  test.runIf(getBackend().startsWith('webg'))('other draws need hardly a program that the first did not', () => {
    const policy = simclrPolicy({ size: 8, strength: 1, blur: { kernelSize: 3 } });
    const images = uniforms<Tensor4D>(1, [24, 9, 9, 3]);
    const [first = 0, ...others] = [1, 2, 3].map((seed) => {
      policy(images, seed).dispose();
      return programs();
    });
    expect(first).toBeGreaterThan(20);
    // a round of the jitter that only changes contrast is a variant which a draw may lack
    expect(Math.max(...others) - first).toBeLessThanOrEqual(2);
  });
});
