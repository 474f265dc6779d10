import { grads, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { permutation } from '../random/index.js';
import { Broken, threw } from './broken.js';
import { checkCall, checkPure, only } from './callChecks.js';
import { checkGradient, type GradientOptions } from './checkGradient.js';
import { checkRange, checkSame } from './compare.js';
import { type Observed, observe } from './observe.js';
import { type Law, TAKES } from './runLaws.js';
import { type Drawn, sizeOf, type TensorData, toTensor } from './tensorData.js';

/** A loss: float tensors in, a scalar out. Bind its options, and whatever is not a float tensor, in a function of your own. */
export type Loss = (...inputs: Tensor[]) => Scalar;

/** Inputs of a loss, and what it makes of them, each computed once. */
export interface LossSubject {
  readonly inputs: readonly Drawn[];
  value(): Promise<Observed>;
  /** Gradients in the inputs that it is differentiable in. */
  gradients(): Promise<Observed>;
}

/** What a loss claims; see the options of lossLaws. */
export interface LossClaims {
  readonly differentiable: readonly number[];
  readonly batchOrder: boolean;
  readonly tolerance: number;
  readonly gradient: boolean | GradientOptions;
}

/** A subject whose value and gradients are computed when a law first asks for them. */
export function lossSubject(loss: Loss, inputs: readonly Drawn[], differentiable: readonly number[]): LossSubject {
  let [value, gradient]: [Promise<Observed>?, Promise<Observed>?] = [];
  const differentiate = (...given: Tensor[]): Tensor[] => {
    const f = (...xs: Tensor[]): Scalar => loss(...given.map((x, i) => xs[differentiable.indexOf(i)] ?? x));
    return grads(f as (...xs: Tensor[]) => Tensor)(differentiable.map((i) => given[i] as Tensor));
  };
  return {
    inputs,
    value: () => {
      value ??= observe(inputs, loss).catch((error) => {
        throw threw('it', error, TAKES);
      });
      return value;
    },
    gradients: () => {
      gradient ??= observe(inputs, differentiate).catch((error) => {
        throw threw('its gradient', error, 'can be differentiated');
      });
      return gradient;
    },
  };
}

/** Value and gradient are finite, for inputs of this name. */
export function finiteLaw(differentiable: readonly number[], name: string): Law<LossSubject> {
  return {
    name: `is finite for ${name}`,
    check: async ({ value, gradients }) => {
      checkRange('the value', only(await value()), null);
      if (differentiable.length === 0) return;
      const { outputs } = await gradients();
      for (const [k, output] of outputs.entries())
        checkRange(`the gradient in input ${differentiable[k]}`, output, null);
    },
  };
}

/** The laws of losses, in the order in which they build on each other. */
export function lossChecks(
  loss: Loss,
  { differentiable, batchOrder, tolerance, gradient }: LossClaims,
): Law<LossSubject>[] {
  const laws: Law<LossSubject>[] = [
    { name: TAKES, check: async ({ value }) => void only(await value()) },
    ...checkCall<LossSubject>(({ value }) => value(), 1),
    {
      name: 'is a float32 scalar',
      check: async ({ value }) => {
        const { shape, dtype } = only(await value());
        const got = `${dtype} [${shape.join(', ')}]`;
        if (got !== 'float32 []') throw new Broken('float32 []', got);
      },
    },
    checkPure(({ value }) => value()),
    {
      name: 'has the same value again',
      check: async ({ inputs, value }) => {
        checkSame('the value of the first call', only(await observe(inputs, loss)), only(await value()));
      },
    },
  ];
  if (differentiable.length > 0) laws.push(differentiates(differentiable.length));
  laws.push(finiteLaw(differentiable, 'normal inputs'));
  if (batchOrder) laws.push(ignoresOrder(loss, tolerance));
  if (gradient !== false && differentiable.length > 0) {
    laws.push(hasGradient(loss, differentiable, gradient === true ? {} : gradient));
  }
  return laws;
}

function differentiates(count: number): Law<LossSubject> {
  return {
    name: 'can be differentiated',
    check: async ({ gradients }) => {
      const { kept, damage } = await gradients();
      if (damage !== null) throw new Broken('inputs alive and as they were', damage);
      if (kept !== count) throw new Broken(`live tensors to grow by ${count}, the gradients`, `${kept} more`);
    },
  };
}

function ignoresOrder(loss: Loss, tolerance: number): Law<LossSubject> {
  return {
    name: 'does not depend on the order of the batch',
    check: async ({ inputs, value }) => {
      const [batch = 1] = inputs[0]?.shape ?? [];
      const order = permutation(inputs[0]?.seed ?? 0, batch);
      // A permutation that moves nothing would prove nothing.
      if (order.every((from, to) => from === to)) order.reverse();
      const moved = inputs.map((x) => (x.shape[0] === batch ? reordered(x, order) : x));
      const expected = only(await value());
      const near = tolerance * Math.max(1, Math.abs(expected.data[0] as number));
      checkSame(
        `rows in the order ${order.join(', ')} to give the same`,
        only(await observe(moved, loss)),
        expected,
        near,
      );
    },
  };
}

function reordered({ shape, data }: TensorData, order: ArrayLike<number>): TensorData {
  const size = sizeOf(shape) / order.length;
  const at = (i: number): number => data[(order[Math.floor(i / size)] as number) * size + (i % size)] as number;
  return { shape, data: Float32Array.from({ length: data.length }, (_, i) => at(i)) };
}

function hasGradient(loss: Loss, differentiable: readonly number[], options: GradientOptions): Law<LossSubject> {
  const steps = options.step === undefined ? [1e-2, 2.5e-3] : [options.step];
  return {
    name: 'has the gradient that finite differences show',
    check: async ({ inputs }) => {
      const given = inputs.map((x) => toTensor(x));
      try {
        for (const i of differentiable) {
          const f = (x: Tensor): Scalar => loss(...given.map((other, j) => (j === i ? x : other)));
          await gradientAt(f, given[i] as Tensor, i, steps, options);
        }
      } finally {
        for (const tensor of given) tensor.dispose();
      }
    },
  };
}

/** Passes if the gradient is right at one of the steps. */
async function gradientAt(
  f: (x: Tensor) => Scalar,
  x: Tensor,
  i: number,
  [step, ...smaller]: readonly number[],
  options: GradientOptions,
): Promise<void> {
  try {
    await checkGradient(f, x, { ...options, ...(step === undefined ? {} : { step }) });
  } catch (error) {
    if (smaller.length > 0) return gradientAt(f, x, i, smaller, options);
    const text = (error as Error).message.replace('checkGradient: ', '');
    throw new Broken(`the gradient in input ${i} to agree with central differences`, text, { cause: error });
  }
}
