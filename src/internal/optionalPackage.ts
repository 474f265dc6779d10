/**
 * Loads an optional package by its name, which bundlers leave alone: one that is not installed breaks no build. In a bundle the
 * name means nothing either, so that there the caller's `load` brings the package in.
 *
 * @param who - Function and option that need the package, for the error message.
 * @param name - Name of the package.
 * @param load - The user's own way to load it, such as `() => import('umap-js')`.
 */
export async function optionalPackage<T>(who: string, name: string, load?: () => Promise<unknown>): Promise<T> {
  try {
    return (await (load === undefined ? import(/* webpackIgnore: true */ /* @vite-ignore */ name) : load())) as T;
  } catch (error) {
    throw missingPackageError(who, name, error);
  }
}

/** The error for an optional package that could not be loaded. */
export function missingPackageError(who: string, name: string, cause: unknown): Error {
  const reason = ((cause as Error)?.message ?? String(cause)).split('\n')[0];
  return new Error(`${who} needs the package ${name}: npm install ${name} (${reason})`, { cause });
}
