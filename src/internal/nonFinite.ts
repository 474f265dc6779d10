import { add, type Scalar, scalar, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';

/**
 * Names of the tensors that hold NaN or an infinity. Either makes the sum of all elements not finite, so that one number is
 * read back where all is well; the check is made on what goes into a network, since kernels of tfjs hide NaN from what comes
 * out (on WASM `relu6`, `clipByValue`, `maximum` and everything fused with a ReLU turn it into 0).
 */
export async function nonFinite(tensors: Readonly<Record<string, Tensor>>): Promise<string[]> {
  const named = floats(tensors);
  if (named.length === 0) return [];
  const total = elementSum(tensors);
  const value = (await total.data())[0] as number;
  total.dispose();
  if (Number.isFinite(value)) return [];
  const bad: string[] = [];
  for (const [name, tensor] of named) {
    if (!(await tensor.data()).every(Number.isFinite)) bad.push(name);
  }
  return bad; // empty where large finite elements overflowed the sum
}

/** Sum of all elements of the float tensors, which is not finite where one of them is not; the caller disposes it. */
export function elementSum(tensors: Readonly<Record<string, Tensor>>): Scalar {
  // Two at a time: addN of more than 7 tensors is an invalid shader on WebGPU, whose result is then never computed.
  return tidy(() => floats(tensors).reduce<Scalar>((so, [, x]) => add(so, sum(x)), scalar(0)));
}

function floats(tensors: Readonly<Record<string, Tensor>>): [string, Tensor][] {
  return Object.entries(tensors).filter(([, tensor]) => tensor.dtype === 'float32' && tensor.size > 0);
}
