import '@tensorflow/tfjs-backend-wasm';
import { ready, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { resNet18 } from '../../src/models/index.js';
import { uniforms } from '../helpers/index.js';

beforeAll(async () => {
  await setBackend('wasm');
  await ready();
});

test.each([
  // torchvision's resnet18 has 11,689,512 parameters, 513,000 of them in the classifier; the small stem has 27 * 64
  // weights instead of 147 * 64. Of the 20 batch normalisations (4,800 channels) tfjs also counts the moving statistics.
  ['imagenet', [64, 64, 3], 11_176_512 + 2 * 4_800],
  ['cifar', [32, 32, 3], 11_176_512 - 120 * 64 + 2 * 4_800],
] as const)(
  'resNet18 %s has the parameters of torchvision and an output of 512',
  async (variant, inputShape, parameters) => {
    const model = resNet18({ variant, inputShape });
    expect(model.countParams()).toBe(parameters);
    const y = model.predict(uniforms(1, [1, ...inputShape])) as Tensor;
    expect(y.shape).toEqual([1, 512]);
    const values = await y.data();
    expect(values.every(Number.isFinite)).toBe(true);
    expect(Math.max(...values)).toBeGreaterThan(0);
    model.dispose();
  },
);

test('resNet18 rejects an unknown variant', () => {
  expect(() => resNet18({ variant: 'mnist' as 'cifar' })).toThrow(
    "resNet18: variant must be one of 'cifar', 'imagenet', got \"mnist\"",
  );
});
