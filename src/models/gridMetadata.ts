import { show } from '../internal/checks.js';
import { parseJson } from './parseJson.js';
import { isPositions, ownGrid } from './positionWeights.js';
import type { WeightSource } from './weightNames.js';

/** Name of the metadata that tell the grid of each tensor of positions: `{"pos_embed": [2, 8]}`. */
const GRIDS = 'selfsup.grids';

/** Metadata with the grids that a reader could not tell from the number of positions; undefined where there is nothing to say. */
export function withGrids(
  metadata: Readonly<Record<string, string>> | undefined,
  sources: readonly WeightSource[],
  foreign: boolean,
): Readonly<Record<string, string>> | undefined {
  const grids: [string, readonly number[]][] = [];
  for (const { weight, theirs } of sources) {
    const grid = isPositions(weight) ? ownGrid(weight) : null;
    // A file for another library says nothing that its readers take for granted.
    if (grid !== null && !(foreign && grid[0] === grid[1])) grids.push([theirs[0] as string, grid]);
  }
  return grids.length === 0 ? metadata : { ...metadata, [GRIDS]: JSON.stringify(Object.fromEntries(grids)) };
}

/** The grids that a file names, by tensor. */
export function gridsOf(
  where: string,
  metadata: Readonly<Record<string, string>>,
): ReadonlyMap<string, readonly [number, number]> {
  const text = Object.hasOwn(metadata, GRIDS) ? metadata[GRIDS] : undefined;
  if (text === undefined) return new Map();
  const wrong = (): Error =>
    new Error(`${where}: metadata ${GRIDS} must hold [rows, columns] by tensor, got ${show(text)}.`);
  let grids: unknown;
  try {
    grids = parseJson(text, 3);
  } catch {
    throw wrong();
  }
  if (typeof grids !== 'object' || grids === null || Array.isArray(grids)) throw wrong();
  const entries = Object.entries(grids);
  const fine = (grid: unknown): boolean =>
    Array.isArray(grid) && grid.length === 2 && grid.every((n) => Number.isSafeInteger(n) && n >= 1);
  if (!entries.every(([, grid]) => fine(grid))) throw wrong();
  return new Map(entries);
}
