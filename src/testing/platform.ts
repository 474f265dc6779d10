import { ready } from '@tensorflow/tfjs-core';
import { missingKernel } from '../internal/backendErrors.js';

/** Says what tfjs lacks, so that no law could be checked: it is no fault of the part under test. */
export class Missing extends Error {}

/** Waits for a backend of tfjs, and says so where there is none. */
export async function needBackend(where: string): Promise<void> {
  try {
    await ready();
  } catch (cause) {
    throw new Missing(`${where}: ${needed(cause) ?? `tfjs must have a backend that starts, got ${cause}`}.`, { cause });
  }
}

/** What must be there for tfjs not to throw this, if that is why it threw. */
export function needed(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const missing = missingKernel(error);
  if (missing !== undefined) {
    const { kernel, backend } = missing;
    const how = backend === 'wasm' ? ' (registerWasmTraining of selfsup/wasm registers those that training needs)' : '';
    return `tfjs must have the kernel ${kernel} for its backend ${backend}, got none${how}`;
  }
  if (
    !/No backend found in registry|all backend initializations failed|Backend .* has not yet been initialized/.test(
      error.message,
    )
  )
    return undefined;
  return `tfjs must have a backend, got none (import one, such as '@tensorflow/tfjs-backend-cpu', and await ready())`;
}
