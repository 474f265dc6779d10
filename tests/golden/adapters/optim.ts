import {
  clone,
  dispose,
  type Optimizer,
  reshape,
  slice,
  stack,
  type Tensor,
  tidy,
  variable,
} from '@tensorflow/tfjs-core';
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

/** Parameters `param0`, `param1`, ... after each step of given gradients `grads0`, ... */
function trajectories({ inputs }: AdapterCall, optimizer: Optimizer): Outputs {
  const names = Object.keys(inputs).filter((name) => name.startsWith('param'));
  const parameters = names.map((name) => variable(inputs[name] as Tensor));
  const gradients = names.map((name) => inputs[name.replace('param', 'grads')] as Tensor);
  const after: Tensor[][] = names.map(() => []);
  for (let step = 0; step < (gradients[0]?.shape[0] as number); step++) {
    const given = parameters.map((parameter, i) => {
      const tensor = tidy(() => reshape(slice(gradients[i] as Tensor, [step], [1]), parameter.shape));
      return { name: parameter.name, tensor };
    });
    optimizer.applyGradients(given as never);
    for (const [i, parameter] of parameters.entries()) after[i]?.push(clone(parameter));
    dispose(given.map(({ tensor }) => tensor));
  }
  const outputs = names.map((name, i) => [name.replace('param', 'trajectory'), stack(after[i] as Tensor[])] as const);
  dispose(after.flat());
  dispose(parameters);
  optimizer.dispose();
  return Object.fromEntries(outputs);
}

const filter = (on: boolean) => (on ? 'rank1' : 'none');

/** Values of a schedule at steps 0, 1, ..., count - 1. */
const valuesOf = (schedule: (step: number) => number, count: number): Outputs => ({
  values: Array.from({ length: count }, (_, step) => schedule(step)),
});

/** Rows of the group 'optim'. */
export const optim: Adapters = {
  emaUpdate: { outputs: emaUpdate },
  momentumSchedule: {
    outputs: ({ lib, params: { base, total } }) => {
      const momentum = lib.momentum.momentumSchedule({ base, steps: total });
      return { values: Array.from({ length: total + 1 }, (_, step) => momentum(step)) };
    },
  },
  lars: {
    outputs: (call) => {
      const { lr, momentum, weightDecay, nesterov, trustCoefficient, dampening, eps } = call.params;
      const options = { momentum, weightDecay, nesterov, trustCoefficient, dampening, epsilon: eps };
      return trajectories(call, new call.lib.training.LARS({ learningRate: lr, convention: 'lightly', ...options }));
    },
  },
  larsBarlow: {
    outputs: (call) => {
      const { lr, momentum, weightDecay, eta, weightDecayFilter, larsAdaptationFilter } = call.params;
      return trajectories(
        call,
        new call.lib.training.LARS({
          learningRate: lr,
          momentum,
          weightDecay,
          trustCoefficient: eta,
          convention: 'barlow',
          noDecay: filter(weightDecayFilter),
          noAdaptation: filter(larsAdaptationFilter),
        }),
      );
    },
  },
  cosineSchedule: {
    outputs: ({ lib, params: { maxSteps, startValue, endValue, period } }) => {
      const periodic = period === null || period === undefined ? {} : { period };
      const schedule = lib.training.cosineSchedule({ base: startValue, end: endValue, steps: maxSteps, ...periodic });
      return valuesOf(schedule, maxSteps);
    },
  },
  cosineWarmupSchedule: {
    outputs: ({ lib, params }) => {
      const optional = { period: params.period, warmupEnd: params.warmupEndValue };
      const schedule = lib.training.cosineSchedule({
        base: params.startValue,
        end: params.endValue,
        steps: params.maxEpochs,
        warmup: params.warmupEpochs,
        warmupStart: params.warmupStartValue,
        ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null && value !== undefined)),
      });
      return valuesOf(schedule, params.maxEpochs);
    },
  },
  dinoCosineScheduler: {
    outputs: ({ lib, params }) => {
      const steps = params.epochs * params.itersPerEpoch;
      const schedule = lib.training.cosineSchedule({
        base: params.baseValue,
        end: params.finalValue,
        steps,
        warmup: params.warmupEpochs * params.itersPerEpoch,
        warmupStart: params.startWarmupValue,
        convention: 'dino',
      });
      return valuesOf(schedule, steps);
    },
  },
  vicregLrSchedule: {
    outputs: ({ lib, params: { epochs, baseLr, batchSize, stepsPerEpoch } }) => {
      const base = (baseLr * batchSize) / 256;
      const steps = epochs * stepsPerEpoch;
      const warmup = 10 * stepsPerEpoch;
      return valuesOf(
        lib.training.cosineSchedule({ base, end: 0.001 * base, steps, warmup, convention: 'vicreg' }),
        steps,
      );
    },
  },
};
