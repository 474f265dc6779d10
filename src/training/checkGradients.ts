import { add, type NamedTensorMap, type Scalar, scalar, sum, tidy } from '@tensorflow/tfjs-core';

/**
 * Throws when a gradient is not finite. A NaN or an infinity in any entry makes the sum of all entries not finite; one
 * number is read back.
 */
export async function checkGradients(grads: NamedTensorMap, step: number): Promise<void> {
  // Two at a time: addN of more than 7 tensors is an invalid shader on WebGPU, whose result is then never computed.
  const total = tidy(() => Object.values(grads).reduce<Scalar>((so, g) => add(so, sum(g)), scalar(0)));
  const value = (await total.data())[0] as number;
  total.dispose();
  if (Number.isFinite(value)) return;
  const bad: string[] = [];
  for (const [name, gradient] of Object.entries(grads)) {
    if (!(await gradient.data()).every(Number.isFinite)) bad.push(name);
  }
  if (bad.length > 0) {
    throw new Error(
      `pretrain: the gradient of ${bad.slice(0, 3).join(', ')} is not finite at step ${step}; the weights are as before.`,
    );
  }
}
