import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type AssembledFunction, type Code, op } from './assembler.js';
import { address, type KernelCall, sizeOf, type WasmKernel } from './backend.js';
import { vectorFunction } from './vectorFunction.js';

/** Code that leaves f of the vector in local `x` on the stack; `local` makes a new one to work with. */
export type VectorCode = (x: number, local: () => number) => Code;

type Call = KernelCall<{ x: TensorInfo }>;

/** Reads `count` floats at one address and writes as many at another. */
type Loop = (x: number, out: number, count: number) => void;

/** A kernel that works element by element, four at a time; tfjs's calls a scalar function for each. */
export function elementwise(name: string, f: VectorCode): WasmKernel {
  const make: WasmKernel['make'] = (stock) => (call: Call) => {
    const { x } = call.inputs;
    const loop = x.dtype === 'float32' ? vectorFunction<Loop>(call.backend, name, () => loopCode(name, f)) : null;
    if (loop === null) return stock(call as never);
    const out = call.backend.makeOutput(x.shape, 'float32');
    loop(address(call.backend, x), address(call.backend, out), sizeOf(x.shape));
    return out;
  };
  return { name, make };
}

/** Four floats at a time, then one at a time. */
function loopCode(name: string, f: VectorCode): AssembledFunction {
  const { get, set, add, mul, and, shift, int, when, repeat, less, load, splat, store, storeFirst } = op;
  const I = { x: 0, out: 1, count: 2, end: 3 };
  const x = 4;
  let vectors = 1;
  const value = f(x, () => x + vectors++);
  const step = (bytes: number): Code => [I.x, I.out].map((local) => set(local, add(get(local), int(bytes))));
  const run = (bytes: number, read: Code, write: Code): Code =>
    when(less(get(I.x), get(I.end)), repeat([set(x, read), write, step(bytes)], less(get(I.x), get(I.end))));
  const body: Code = [
    set(I.end, add(get(I.x), mul(shift(get(I.count), int(2)), int(16)))),
    run(16, load(get(I.x)), store(get(I.out), value)),
    set(I.end, add(get(I.end), mul(and(get(I.count), int(3)), int(4)))),
    run(4, splat(get(I.x)), storeFirst(get(I.out), value)),
  ];
  return { name, params: 3, integers: 1, vectors, body };
}

/** A polynomial in a local, its coefficients from the constant term on. */
export function polynomial(x: number, coefficients: readonly number[]): Code {
  return coefficients
    .map(op.floats)
    .reduceRight((sum, coefficient) => op.addFloats(op.mulFloats(sum, op.get(x)), coefficient));
}
