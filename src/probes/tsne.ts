import { neededPackage } from '../internal/neededPackage.js';
import { integers, type Seed } from '../random/index.js';

/** Settings of {@link tsne}. */
export interface TsneSettings {
  readonly perplexity: number;
  readonly iterations: number;
}

/** Exact t-SNE by the package `@saehrimnir/druidjs`, seeded. */
export async function tsne(
  rows: number[][],
  seed: Seed,
  { perplexity, iterations }: TsneSettings,
): Promise<[number, number][]> {
  const { TSNE } = await load();
  const map = new TSNE(rows, { perplexity, d: 2, seed: integers(seed, { max: 2 ** 31 }) });
  return map.transform(iterations) as [number, number][];
}

async function load(): Promise<typeof import('@saehrimnir/druidjs')> {
  try {
    return await import('@saehrimnir/druidjs');
  } catch (error) {
    throw neededPackage("embed2d: method 'tsne'", '@saehrimnir/druidjs', error);
  }
}
