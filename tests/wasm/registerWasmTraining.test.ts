import { getGradient, getKernel } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { registerWasmTraining } from '../../src/wasm/index.js';
import { onWasm } from './support.js';

onWasm('registerWasmTraining', () => {
  test('does nothing the second time', () => {
    const before = [getKernel('Conv2D', 'wasm')?.kernelFunc, getGradient('FusedBatchNorm')?.gradFunc];
    registerWasmTraining();
    expect([getKernel('Conv2D', 'wasm')?.kernelFunc, getGradient('FusedBatchNorm')?.gradFunc]).toEqual(before);
  });

  test.each([
    'Conv2DBackpropFilter',
    'DepthwiseConv2dNativeBackpropFilter',
    'DepthwiseConv2dNativeBackpropInput',
    'UnsortedSegmentSum',
  ])('registers %s, which tfjs lacks', (name) => {
    expect(getKernel(name, 'wasm')).toBeDefined();
  });
});
