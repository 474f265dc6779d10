import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import * as losses from '../../src/losses/index.js';

/** Losses that can work through the batch in chunks. */
const chunked = ['ntXentLoss', 'infoNCELoss', 'clipLoss', 'supConLoss'];

/** Gzipped bytes of one export with its checks of arguments (about 800), bundled and minified, tfjs aside. */
async function sizeOf(name: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${name} } from './src/losses/index.ts';`, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    packages: 'external',
    treeShaking: true,
  });
  return gzipSync(outputFiles[0]?.contents as Uint8Array, { level: 9 }).length;
}

describe('size of each loss', () => {
  test.each(Object.keys(losses).filter((name) => name.endsWith('Loss')))('%s', async (name) => {
    const bytes = await sizeOf(name);
    expect(bytes, `gzipped bytes of ${name}`).toBeLessThanOrEqual(chunked.includes(name) ? 3456 : 2688);
    expect(bytes).toBeGreaterThan(200);
  });
});
