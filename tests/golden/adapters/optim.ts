import { clone, reshape, slice, stack, type Tensor, tidy, variable } from '@tensorflow/tfjs-core';
import type { AdapterCall, Adapters, Outputs } from '../adapter.js';

function emaUpdate({ lib, inputs, params }: AdapterCall): Outputs {
  const [start, online] = [inputs.target0 as Tensor, inputs.online as Tensor];
  const target = variable(start, false);
  const trajectory = tidy(() =>
    stack(
      Array.from({ length: online.shape[0] as number }, (_, step) => {
        const source = reshape(slice(online, [step], [1]), start.shape);
        lib.momentum.ema([target], [source], Array.isArray(params.momentum) ? params.momentum[step] : params.momentum);
        return clone(target);
      }),
    ),
  );
  target.dispose();
  return { trajectory };
}

/** Rows of the group 'optim'. */
export const optim: Adapters = {
  emaUpdate: { outputs: emaUpdate },
  momentumSchedule: {
    outputs: ({ lib, params: { base, total } }) => {
      const momentum = lib.momentum.momentumSchedule({ base, steps: total });
      return { values: Array.from({ length: total + 1 }, (_, step) => momentum(step)) };
    },
  },
};
