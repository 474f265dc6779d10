/** The error for an optional package that could not be loaded. */
export function neededPackage(who: string, name: string, cause: unknown): Error {
  const reason = ((cause as Error)?.message ?? String(cause)).split('\n')[0];
  return new Error(`${who} needs the package ${name}: npm install ${name} (${reason})`);
}
