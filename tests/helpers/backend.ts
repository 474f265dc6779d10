import { getBackend, ready, setBackend } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { countHeld, disposeHeld } from './memory.js';

/** Makes a backend the one of this worker, or fails: a suite that fell back to another one would prove nothing. */
export async function useBackend(name: string): Promise<void> {
  const set = await setBackend(name);
  await ready();
  if (!set || getBackend() !== name)
    throw new Error(`backend ${name} could not be started; running on ${getBackend()}`);
}

/**
 * A suite that vitest runs once per project, so once per backend. After each test the tensors made by the helpers
 * (`normals`, `held`, ...) are disposed; any other tensor that is left fails the test.
 */
export function onEveryBackend(name: string, suite: () => void): void {
  describe(`${name} on ${getBackend()}`, () => {
    let before = 0;
    beforeEach(() => {
      disposeHeld();
      before = countHeld();
    });
    afterEach(() => {
      disposeHeld();
      expect(countHeld(), 'tensors that the test left behind').toBe(before);
    });
    suite();
  });
}
