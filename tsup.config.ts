import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';

/** Every folder of src but `internal` is a subpath export. */
const folders = readdirSync('src', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'internal')
  .map((entry) => entry.name);
const subpaths = Object.fromEntries(folders.map((name) => [name, `src/${name}/index.ts`]));

/**
 * The root re-exports the built subpaths instead of bundling their namespaces: a namespace object in a shared chunk would
 * hold every function of its folder, and nobody's bundler could drop the ones not used.
 */
const rootKeepsSubpaths: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'root-keeps-subpaths',
  setup(build) {
    const extension = build.initialOptions.outExtension?.['.js'] ?? '.js';
    build.onResolve({ filter: /^\.\/\w+\/index\.js$/ }, ({ path, importer }) => {
      if (!/[\\/]src[\\/]index\.ts$/.test(importer)) return null;
      return { path: path.replace('/index.js', extension), external: true };
    });
  },
};

/**
 * The root's declarations re-export the subpaths too. Bundled namespaces would list types among their values, which
 * TypeScript refuses where `skipLibCheck` is off.
 */
function writeRootTypes(extension: '.js' | '.cjs'): void {
  const text = readFileSync('src/index.ts', 'utf8')
    .replace("'./internal/errors.js'", `'./errors${extension}'`)
    .replace(/'\.\/(\w+)\/index\.js'/g, `'./$1${extension}'`);
  mkdirSync('dist', { recursive: true });
  writeFileSync(extension === '.js' ? 'dist/index.d.ts' : 'dist/index.d.cts', text);
}

export default defineConfig(({ clean, dts }) => {
  // Here and not by tsup, which would let each of the two builds delete files of the other.
  if (clean !== false) rmSync('dist', { recursive: true, force: true });
  if (dts !== false) {
    writeRootTypes('.js');
    writeRootTypes('.cjs');
  }
  const common: Options = {
    entry: { index: 'src/index.ts', ...subpaths },
    target: 'es2022',
    platform: 'neutral',
    external: [
      /^node:/,
      /^@tensorflow\//,
      '@saehrimnir/druidjs',
      'fast-check',
      'fast-png',
      'sharp',
      'tar-stream',
      'umap-js',
      'vega',
      'vega-lite',
    ],
    // Shared chunks for CommonJS too: a class is one class across subpaths.
    splitting: true,
    esbuildPlugins: [rootKeepsSubpaths],
    clean: false,
    sourcemap: false,
  };
  const builds: Options[] = [
    { ...common, format: 'esm' },
    // With `treeshake` rollup makes CommonJS of the chunks. tsup would use sucrase, which takes class fields with the name of
    // an export for that export (`this.batches = exports.batches = 0`), and makes `import()` a `require`.
    { ...common, format: 'cjs', treeshake: true },
  ];
  const types = { only: true, entry: { ...subpaths, errors: 'src/internal/errors.ts' } };
  return dts === false ? builds : [...builds, { ...common, format: ['esm', 'cjs'], dts: types }];
});
