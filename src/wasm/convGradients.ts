import {
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  conv2d,
  DepthwiseConv2dNative,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  engine,
  type GradConfig,
  type NamedAttrMap,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import type { WindowAttrs } from './geometry.js';

/** Gradients of the convolutions with any dilation; tfjs's throw where it is above 1. */
export const convGradients: readonly GradConfig[] = [
  convolution(Conv2D, Conv2DBackpropInput, Conv2DBackpropFilter),
  convolution(DepthwiseConv2dNative, DepthwiseConv2dNativeBackpropInput, DepthwiseConv2dNativeBackpropFilter),
  {
    kernelName: Conv2DBackpropInput,
    inputsToSave: ['dy', 'filter'],
    gradFunc: (ddx, saved, attrs) => {
      const [dy, filter] = saved as [Tensor4D, Tensor4D];
      const { strides, pad, dilations, dimRoundingMode } = attrs as unknown as Required<WindowAttrs>;
      const [steps, gaps] = [strides, dilations ?? 1] as [number, number];
      return {
        dy: () => conv2d(ddx as Tensor4D, filter, steps, pad, 'NHWC', gaps, dimRoundingMode),
        filter: () => run(Conv2DBackpropFilter, { x: ddx as Tensor4D, dy }, { ...attrs, filterShape: filter.shape }),
      };
    },
  },
];

function convolution(kernelName: string, inputKernel: string, filterKernel: string): GradConfig {
  return {
    kernelName,
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, saved, attrs) => {
      const [x, filter] = saved as [Tensor4D, Tensor4D];
      const gradient = dy as Tensor4D;
      return {
        x: () => run(inputKernel, { dy: gradient, filter }, { ...attrs, inputShape: x.shape }),
        filter: () => run(filterKernel, { x, dy: gradient }, { ...attrs, filterShape: filter.shape }),
      };
    },
  };
}

function run(kernel: string, inputs: Record<string, Tensor>, attrs: NamedAttrMap): Tensor {
  return engine().runKernel(kernel, inputs, attrs) as Tensor;
}
