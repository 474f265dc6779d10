import { missingPackageError } from '../internal/missingPackageError.js';
import { foldIn, type Seed, uniform } from '../random/index.js';

/** Settings of {@link umap}. */
export interface UmapSettings {
  readonly neighbors: number;
  readonly minDistance: number;
  readonly iterations?: number;
}

/** UMAP by the package `umap-js`, its random numbers from the seed. */
export async function umap(
  rows: number[][],
  seed: Seed,
  { neighbors, minDistance, iterations }: UmapSettings,
): Promise<[number, number][]> {
  const { UMAP } = await load();
  const map = new UMAP({
    nComponents: 2,
    nNeighbors: neighbors,
    minDist: minDistance,
    random: randomNumbers(seed),
    ...(iterations === undefined ? {} : { nEpochs: iterations }),
  });
  return (await map.fitAsync(rows)) as [number, number][];
}

/** Numbers in [0, 1), one after the other, from blocks of the seed's stream. */
function randomNumbers(seed: Seed): () => number {
  const size = 4096;
  let block = new Float32Array(0);
  let next = 0;
  let drawn = 0;
  return () => {
    if (next === block.length) {
      block = Float32Array.from(uniform(foldIn(seed, drawn++), size));
      next = 0;
    }
    return block[next++] as number;
  };
}

async function load(): Promise<typeof import('umap-js')> {
  try {
    return await import('umap-js');
  } catch (error) {
    throw missingPackageError("embed2d: method 'umap'", 'umap-js', error);
  }
}
