import type { ResultKind } from './probeResult.js';
import { shapes } from './resultShapes.js';

type Fields = { readonly [name: string]: unknown };

/** Kinds without a `probe`, by a field that has this type in them and in no others. */
const untagged: readonly [ResultKind, string, (value: unknown) => boolean][] = [
  ['neighbors', 'indices', Array.isArray],
  ['map', 'points', Array.isArray],
  ['collapse', 'spectrum', Array.isArray],
  ['cost', 'multiplyAdds', (value) => typeof value === 'number'],
  ['shortcut', 'together', (value) => typeof value === 'object' && value !== null && 'leaks' in value],
];

/** Kind of a result; null for anything else. A `probe` that is not known is given as it is. */
export function kindOf(value: unknown): ResultKind | { readonly unknown: string } | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const fields = value as Fields;
  if (typeof fields.probe === 'string') {
    const known = Object.hasOwn(shapes, fields.probe) && !untagged.some(([kind]) => kind === fields.probe);
    return known ? (fields.probe as ResultKind) : { unknown: fields.probe };
  }
  return untagged.find(([, name, fits]) => fits(fields[name]))?.[0] ?? null;
}
