import { Conv2DBackpropInput, conv2d, type Tensor4D, tidy, transpose } from '@tensorflow/tfjs-core';
import type { KernelCall, WasmKernel } from './backend.js';
import { conv2dGeometry, type WindowAttrs } from './geometry.js';
import { gradientByPhases } from './phases.js';

type Call = KernelCall<{ dy: Tensor4D; filter: Tensor4D }, WindowAttrs & { readonly inputShape: number[] }>;

/** Gradient of conv2d in its input, also the forward pass of conv2dTranspose; takes `dilations` beside tfjs's attributes. */
export const conv2dInputGradient: WasmKernel = {
  name: Conv2DBackpropInput,
  make:
    () =>
    ({ inputs: { dy, filter }, attrs, backend }: Call): Tensor4D =>
      tidy(() => {
        const g = conv2dGeometry(attrs.inputShape, filter.shape, attrs);
        const swapped = transpose(filter, [0, 1, 3, 2]);
        return gradientByPhases(backend, g, dy, swapped, (part, taps, pad, dilations) =>
          conv2d(part, taps, 1, pad, 'NHWC', dilations),
        );
      }),
};
