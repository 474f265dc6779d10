import { add, addN, type NamedTensorMap, type Scalar, sum, tidy } from '@tensorflow/tfjs-core';

/**
 * Throws when a gradient is not finite. A NaN or an infinity in any entry makes the sum of all entries not finite; one
 * number is read back.
 */
export async function checkGradients(grads: NamedTensorMap, step: number): Promise<void> {
  const total = tidy(() => {
    const sums = Object.values(grads).map((g) => sum(g) as Scalar);
    return sums.length > 1 ? (addN(sums) as Scalar) : add(sums[0] as Scalar, 0);
  });
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
