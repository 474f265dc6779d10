import { engine, memory, scalar, type Tensor, type TensorContainer } from '@tensorflow/tfjs-core';
import { type TensorData, toTensor } from './tensorData.js';
import { tensorsIn } from './tensorsIn.js';

/** A tensor that a call returned, read back. */
export interface Output {
  /** Where it stood in the result; empty for a lone tensor. */
  readonly path: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: Float32Array | Int32Array;
}

/** What a call returned and what else it did; no tensor of it is alive any more. */
export interface Observed {
  readonly result: unknown;
  readonly outputs: readonly Output[];
  /** By how much the number of live tensors grew. */
  readonly kept: number;
  readonly randomCalls: number;
  /** What is wrong with an input afterwards, or null. */
  readonly damage: string | null;
}

/** Calls a function with fresh tensors, and disposes of these, of the result and of whatever it left behind. */
export async function observe<T extends Tensor[]>(
  inputs: readonly TensorData[],
  f: (...tensors: T) => unknown,
): Promise<Observed> {
  const tensors = inputs.map((data) => toTensor(data)) as T;
  let result: unknown;
  try {
    const { kept, randomCalls } = await inScope(async () => {
      result = f(...tensors);
      if (result instanceof Promise) result = await result;
      return result;
    });
    const damage = await damageOf(inputs, tensors, result);
    const outputs: Output[] = [];
    for (const [path, tensor] of tensorsIn(result)) {
      if (tensor.isDisposed) throw new Error(`returned a disposed tensor${path && ` as ${path}`}`);
      outputs.push({ path, shape: tensor.shape, dtype: tensor.dtype, data: (await tensor.data()) as Output['data'] });
    }
    return { result, outputs, kept, randomCalls, damage };
  } finally {
    for (const tensor of [...tensors, ...tensorsIn(result).map(([, tensor]) => tensor)]) {
      if (!tensor.isDisposed) tensor.dispose();
    }
  }
}

/** Runs a function in a scope of tensors, as `tidy` does, which may wait; counts before the scope cleans up. */
async function inScope(f: () => Promise<unknown>): Promise<{ kept: number; randomCalls: number }> {
  const random = countRandom();
  const before = memory().numTensors;
  let result: unknown;
  engine().startScope();
  try {
    result = await f();
    return { kept: memory().numTensors - before, randomCalls: random.calls() };
  } finally {
    random.restore();
    engine().endScope(result as TensorContainer);
  }
}

/** Tensors that a function makes, those that it disposes of again among them. */
export function tensorsMade(f: () => unknown): number {
  const before = scalar(0);
  f();
  const after = scalar(0);
  before.dispose();
  after.dispose();
  return after.id - before.id - 1; // ids count all tensors of the engine
}

async function damageOf(
  inputs: readonly TensorData[],
  tensors: readonly Tensor[],
  result: unknown,
): Promise<string | null> {
  const returned = tensorsIn(result).map(([, tensor]) => tensor);
  for (const [i, tensor] of tensors.entries()) {
    const name = tensors.length > 1 ? `input ${i}` : 'the input';
    if (tensor.isDisposed) return `${name} was disposed`;
    if (returned.includes(tensor)) return `${name} itself was returned`;
    const data = await tensor.data();
    const wrong = data.findIndex((v, j) => v !== Math.fround(inputs[i]?.data[j] as number));
    if (wrong >= 0) return `number ${wrong} of ${name} became ${data[wrong]}, it was ${inputs[i]?.data[wrong]}`;
  }
  return null;
}

/** Counts the calls of Math.random until it is restored. */
function countRandom(): { calls(): number; restore(): void } {
  const original = Math.random;
  let calls = 0;
  Math.random = () => {
    calls++;
    return original.call(Math);
  };
  return {
    calls: () => calls,
    restore: () => {
      Math.random = original;
    },
  };
}
