import { broadcastTo, type GradConfig, Mean, mul, reshape, Sum, type Tensor, util } from '@tensorflow/tfjs-core';

/** Gradients of sum and mean by copies, where tfjs multiplies by a tensor of ones. */
export const reductionGradients: readonly GradConfig[] = [
  reduction(Sum, () => 1),
  reduction(Mean, (count) => 1 / count),
];

function reduction(kernelName: string, factor: (count: number) => number): GradConfig {
  return {
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => {
      const [x] = saved as [Tensor];
      const axes = util.parseAxisParam(attrs.axis as number[], x.shape);
      const shape = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
      const count = axes.reduce((product, i) => product * (x.shape[i] as number), 1);
      return {
        x: () => {
          const gradient = reshape(dy as Tensor, shape);
          const scaled = factor(count) === 1 ? gradient : mul(gradient, factor(count));
          return broadcastTo(scaled, x.shape as [number]);
        },
      };
    },
  };
}
