/** The kernel that tfjs says a backend lacks, if that is why it threw. */
export function missingKernel(error: Error): { readonly kernel: string; readonly backend: string } | undefined {
  const [, kernel, backend] = /Kernel '(\w+)' not registered for backend '(\w+)'/.exec(error.message) ?? [];
  return kernel === undefined || backend === undefined ? undefined : { kernel, backend };
}

/**
 * What tfjs says in its own terms, said in those of the caller: a kernel that a backend lacks, and memory that ran out.
 *
 * @param where - Function that the user called.
 * @param doing - What it was doing, such as `'at step 3, with a batch of 512'`.
 * @returns The error to throw, with tfjs's as its cause, or the error itself where there is nothing to add.
 */
export function explainBackendError(where: string, error: unknown, doing = ''): unknown {
  if (!(error instanceof Error)) return error;
  const at = doing === '' ? '' : ` ${doing}`;
  if (error.name === 'OutOfMemoryError')
    return new Error(`${where}: out of memory${at}. ${error.message}`, { cause: error });
  const missing = missingKernel(error);
  if (missing === undefined) return error;
  const { kernel: name, backend } = missing;
  const remedy =
    backend === 'wasm'
      ? "call registerWasmTraining() of 'selfsup/wasm' once, before the first step"
      : `import the package of backend '${backend}', with the same copy of '@tensorflow/tfjs-core', or take another backend`;
  return new Error(`${where}: backend '${backend}' has no kernel '${name}'${at}; ${remedy}.`, { cause: error });
}
