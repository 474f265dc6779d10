import { readdirSync } from 'node:fs';
import { defineConfig } from 'tsup';

/** Every folder of src but `internal` is a subpath export. */
const folders = readdirSync('src', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'internal')
  .map((entry) => entry.name);

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    ...Object.fromEntries(folders.map((name) => [name, `src/${name}/index.ts`])),
  },
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  external: [/^node:/, /^@tensorflow\//, 'fast-check', 'sharp', 'tar-stream'],
  // Shared chunks for CommonJS too: a class is one class across subpaths.
  splitting: true,
  treeshake: false,
  dts: true,
  clean: true,
  sourcemap: false,
});
