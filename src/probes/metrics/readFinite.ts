import { RangeError, ShapeError } from '../../internal/errors.js';
import { type Numbers, readNumbers } from '../../internal/hostRows.js';

/** Finite numbers in float64, `count` of them where given. */
export async function readFinite(where: string, name: string, x: Numbers, count?: number): Promise<Float64Array> {
  const values = Float64Array.from(await readNumbers(where, name, x));
  if (count !== undefined && values.length !== count) {
    throw new ShapeError(`${where}: ${name} must have ${count} entries, got ${values.length}.`);
  }
  const wrong = values.findIndex((v) => !Number.isFinite(v));
  if (wrong >= 0) throw new RangeError(`${where}: ${name} must be finite, got ${values[wrong]} at ${wrong}.`);
  return values;
}

/** Numbers that come in groups: vectors of a length, `count` of them where given, at least one. */
export async function readVectors(
  where: string,
  name: string,
  x: Numbers,
  length: number,
  count?: number,
): Promise<Float64Array> {
  const values = await readFinite(where, name, x, count === undefined ? undefined : count * length);
  if (values.length > 0 && values.length % length === 0) return values;
  throw new ShapeError(
    `${where}: ${name} must have ${length} numbers each, at least one, got ${values.length} in all.`,
  );
}
