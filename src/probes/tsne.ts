import { optionalPackage } from '../internal/optionalPackage.js';
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
  load?: () => Promise<unknown>,
): Promise<[number, number][]> {
  const { TSNE } = await optionalPackage<typeof import('@saehrimnir/druidjs')>(
    "embed2d: method 'tsne'",
    '@saehrimnir/druidjs',
    load,
  );
  const map = new TSNE(rows, { perplexity, d: 2, seed: integers(seed, { max: 2 ** 31 }) });
  return map.transform(iterations) as [number, number][];
}
