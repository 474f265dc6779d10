/**
 * The error for an optional package that could not be loaded. It is loaded by `import('its name')` directly inside a `try`: the
 * form whose failure bundlers leave to the program, and that still brings an installed package into the bundle.
 */
export function missingPackageError(who: string, name: string, cause: unknown): Error {
  const reason = ((cause as Error)?.message ?? String(cause)).split('\n')[0];
  return new Error(`${who} needs the package ${name}: npm install ${name} (${reason})`, { cause });
}
