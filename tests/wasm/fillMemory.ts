import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-wasm';
import {
  conv2d,
  engine,
  fill,
  ready,
  registerKernel,
  setBackend,
  sum,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { registerWasmTraining } from '../../src/wasm/index.js';

// Run with `--wasm-max-mem-pages`: fills the heap, then looks at what is left. Prints one line of JSON.
registerKernel({
  kernelName: 'trap',
  backendName: 'wasm',
  kernelFunc: () => {
    throw new WebAssembly.RuntimeError('unreachable');
  },
});
registerWasmTraining();
await setBackend('wasm');
await ready();

const all = async (x: Tensor, value: number): Promise<boolean> => (await x.data()).every((v) => v === value);
const messageOf = (run: () => unknown): string => {
  try {
    return `no error: ${run()}`;
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};

const first = fill([1000], 7);
const tensors: Tensor[] = [];
const image = fill([8, 128, 128, 16], 1) as Tensor4D;
const filter = fill([3, 3, 16, 16], 1) as Tensor4D;
const full = messageOf(() => {
  for (;;) tensors.push(fill([1000, 1000], tensors.length));
});
const inKernel = messageOf(() => conv2d(image, filter, 1, 'same'));
const unharmed = [await all(first, 7)];
for (const [i, tensor] of tensors.entries()) unharmed.push(await all(tensor, i));
const count = tensors.length;
for (const tensor of tensors.splice(0)) tensor.dispose();
const afterwards = (await sum(fill([1000, 1000], 1)).data())[0];
const trapped = messageOf(() => engine().runKernel('trap', {}));
const kernelAfterTrap = messageOf(() => sum(first));
const uploadAfterTrap = messageOf(() => fill([3], 1).dataSync());
console.log(JSON.stringify({ full, inKernel, count, unharmed, afterwards, trapped, kernelAfterTrap, uploadAfterTrap }));
