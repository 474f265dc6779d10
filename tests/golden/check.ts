import { type Scalar, Tensor, tidy, valueAndGrads } from '@tensorflow/tfjs-core';
import type { Adapter, Outputs } from './adapter.js';
import { errorShare, type GoldenCase, type GoldenFile, toTensor } from './format.js';
import type { Library } from './library.js';

/** What one case gave. */
export interface CaseResult {
  readonly op: string;
  readonly case: string;
  /** Worst error as a share of the tolerance; a pass is <= 1. */
  readonly share: number;
  /** Where the worst error was, such as `loss` or `grad of z0`, or what threw. */
  readonly where: string;
  readonly outputs: Record<string, number[]>;
  readonly grads: Record<string, number[]>;
}

/** Runs one case through its adapter and compares values and gradients. */
export async function runCase(
  file: GoldenFile,
  golden: GoldenCase,
  adapter: Adapter,
  lib: Library,
): Promise<CaseResult> {
  const tolerance = golden.tolerance ?? file.tolerance;
  const inputs = Object.fromEntries(Object.entries(golden.inputs).map(([name, array]) => [name, toTensor(array)]));
  const outputs: Record<string, number[]> = {};
  const grads: Record<string, number[]> = {};
  let [share, where] = [0, ''];
  const worse = (candidate: number, at: string): void => {
    if (candidate > share || where === '') [share, where] = [Math.max(share, candidate), at];
  };
  try {
    const wanted = Object.keys(golden.grads ?? {});
    if (adapter.loss) {
      const loss = adapter.loss;
      if (wanted.length > 0) {
        const f = (...xs: Tensor[]): Scalar => {
          const named = Object.fromEntries(wanted.map((name, i) => [name, xs[i] as Tensor]));
          return loss({ lib, inputs: { ...inputs, ...named }, params: golden.params });
        };
        const result = tidy(() => valueAndGrads(f)(wanted.map((name) => inputs[name] as Tensor)));
        outputs.loss = Array.from(await result.value.data());
        for (const [i, name] of wanted.entries()) grads[name] = Array.from(await (result.grads[i] as Tensor).data());
        result.value.dispose();
        for (const g of result.grads) g.dispose();
      } else {
        const value = tidy(() => loss({ lib, inputs, params: golden.params }));
        outputs.loss = Array.from(await value.data());
        value.dispose();
      }
    } else if (wanted.length > 0) {
      throw new Error('the case has gradients and the adapter no loss');
    }
    if (adapter.outputs)
      Object.assign(outputs, await numbers(await adapter.outputs({ lib, inputs, params: golden.params })));
    for (const [name, expected] of Object.entries(golden.outputs)) {
      worse(outputs[name] ? errorShare(outputs[name], expected, tolerance) : Number.POSITIVE_INFINITY, name);
    }
    for (const [name, expected] of Object.entries(golden.grads ?? {})) {
      worse(errorShare(grads[name] as number[], expected, tolerance), `grad of ${name}`);
    }
  } catch (error) {
    worse(Number.POSITIVE_INFINITY, error instanceof Error ? error.message : String(error));
  } finally {
    for (const x of Object.values(inputs)) x.dispose();
  }
  return { op: file.op, case: golden.name, share, where, outputs, grads };
}

async function numbers(outputs: Outputs): Promise<Record<string, number[]>> {
  const result: Record<string, number[]> = {};
  for (const [name, value] of Object.entries(outputs)) {
    if (value instanceof Tensor) {
      result[name] = Array.from(await value.data());
      value.dispose();
    } else result[name] = typeof value === 'number' ? [value] : Array.from(value);
  }
  return result;
}
