import type { Tensor } from '@tensorflow/tfjs-core';
import { nonFinite } from '../internal/nonFinite.js';
import { firstNonFinite } from '../internal/state.js';
import type { Method } from './method.js';

/** Throws the Error that names what is not finite among the tensors that a step starts from; none where all are. */
export async function checkBatch(batch: Readonly<Record<string, Tensor>>, which: string): Promise<void> {
  for (const [name, tensor] of Object.entries(batch)) {
    if (tensor.dtype !== 'float32') continue;
    const data = await tensor.data<'float32'>();
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    const sample = tensor.rank > 0 ? ` in sample ${Math.floor(at / (data.length / (tensor.shape[0] as number)))}` : '';
    const part = name === 'batch' ? '' : ` of ${name}`;
    throw new Error(
      `pretrain: the batch of ${which} must be finite, got ${data[at]}${sample}${part}; the weights are as before.`,
    );
  }
}

/**
 * The same for what `prepare` made of the batch. A negative infinity is let through: it masks logits.
 */
export async function checkPrepared(prepared: Readonly<Record<string, Tensor>>, which: string): Promise<void> {
  for (const [name, tensor] of Object.entries(prepared)) {
    if (tensor.dtype !== 'float32') continue;
    const bad = (await tensor.data<'float32'>()).find((value) => !(value < Number.POSITIVE_INFINITY));
    if (bad === undefined) continue;
    throw new Error(
      `pretrain: what method.prepare made of the batch of ${which} must be finite, got ${bad} in ${name}; the weights are as before.`,
    );
  }
}

/** Names of the weights and other values in a method's state that are not finite; none where all are. */
export async function nonFiniteWeights(method: Method<never, unknown>): Promise<string[]> {
  const state = typeof method.getState === 'function' ? await method.getState() : {};
  const path = firstNonFinite(state, 'method');
  const named = path === undefined && typeof method.getState === 'function' ? {} : weightsByName(method);
  const names = await nonFinite(named);
  return names.length > 0 || path === undefined ? names : [path];
}

/** Throws where weights are not finite: kernels of some backends hide it from the loss. */
export async function checkWeights(method: Method<never, unknown>, when: string): Promise<void> {
  const names = await nonFiniteWeights(method);
  if (names.length > 0) throw new Error(`pretrain: weights are not finite ${when}: ${names.slice(0, 3).join(', ')}.`);
}

function weightsByName({ variables, encoder }: Method<never, unknown>): Record<string, Tensor> {
  const own = variables.map((variable) => [variable.name, variable] as const);
  const weights = encoder?.weights?.map((weight) => [weight.name, weight.read()] as const) ?? [];
  return Object.fromEntries([...own, ...weights]);
}
