import {
  add,
  broadcast_util,
  FusedBatchNorm,
  fused,
  type GradConfig,
  mul,
  neg,
  ones,
  reshape,
  rsqrt,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import type { KernelCall, WasmKernel } from './backend.js';

interface Inputs {
  readonly x: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  scale?: Tensor;
  offset?: Tensor;
}

type Call = KernelCall<Inputs, { readonly varianceEpsilon: number }>;

/**
 * Batch normalisation as a slope and a shift. A missing scale or offset is filled in, since tfjs's gradient tape
 * cannot hold an absent input and `batchNorm` without scale could not be trained.
 */
export const batchNormKernel: WasmKernel = {
  name: FusedBatchNorm,
  make:
    () =>
    ({ inputs, attrs }: Call): Tensor => {
      inputs.scale ??= ones(inputs.mean.shape);
      inputs.offset ??= zeros(inputs.mean.shape);
      const { x, mean, variance, scale, offset } = inputs as Required<Inputs>;
      return tidy(() => {
        const slope = mul(scale, rsqrt(add(variance, attrs.varianceEpsilon)));
        return scaleAndShift(x, slope, sub(offset, mul(mean, slope)));
      });
    },
};

/** `x * slope + shift`; with a vector per channel in one pass, as a depthwise 1 x 1 convolution with bias. */
function scaleAndShift(x: Tensor, slope: Tensor, shift: Tensor): Tensor {
  if (slope.rank !== 1 || x.size === 0) return add(mul(x, slope), shift);
  const channels = slope.size;
  const pixels = reshape(x, [1, -1, 1, channels]) as Tensor4D;
  const filter = reshape(slope, [1, 1, channels, 1]) as Tensor4D;
  return reshape(fused.depthwiseConv2d({ x: pixels, filter, bias: shift, strides: 1, pad: 'valid' }), x.shape);
}

/** Gradient of batch normalisation in all five inputs from two sums per channel. */
export const batchNormGradient: GradConfig = {
  kernelName: FusedBatchNorm,
  inputsToSave: ['x', 'mean', 'variance', 'scale'],
  gradFunc: (dy, saved, attrs) => {
    const [x, mean, variance, scale] = saved as [Tensor, Tensor, Tensor, Tensor];
    const gradient = dy as Tensor;
    const deviation = (): Tensor => rsqrt(add(variance, attrs.varianceEpsilon as number));
    const perChannel = (values: Tensor): Tensor =>
      reshape(sum(values, broadcast_util.getReductionAxes(mean.shape, x.shape)), mean.shape);
    const sums = {
      plain: once(() => perChannel(gradient)),
      centred: once(() => perChannel(mul(gradient, sub(x, mean)))),
    };
    return {
      x: () => mul(gradient, mul(scale, deviation())),
      mean: () => neg(mul(sums.plain(), mul(scale, deviation()))),
      variance: () => {
        const r = deviation();
        return mul(mul(sums.centred(), scale), mul(mul(mul(r, r), r), -0.5));
      },
      scale: () => mul(sums.centred(), deviation()),
      offset: () => sums.plain(),
    };
  },
};

/** Computes a small tensor once and hands out copies; the numbers live on the host, so nothing is left to dispose. */
function once(compute: () => Tensor): () => Tensor {
  let made: { values: Float32Array; shape: number[] } | undefined;
  return () => {
    if (made === undefined) {
      const result = tidy(compute);
      made = { values: result.dataSync<'float32'>().slice(), shape: result.shape };
      result.dispose();
    }
    return tensor(made.values, made.shape, 'float32');
  };
}
