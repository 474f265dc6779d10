import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';

/** Every folder of src but `internal` is a subpath export. */
const folders = readdirSync('src', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'internal')
  .map((entry) => entry.name);

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
 * CommonJS keeps `import()` of optional packages: tsup makes it `require`, which fails for modules with a top-level await, as
 * vega's.
 */
const commonJsKeepsImport: NonNullable<Options['plugins']>[number] = {
  name: 'commonjs-keeps-import',
  buildEnd({ writtenFiles }) {
    for (const { name } of writtenFiles.filter((file) => file.name.endsWith('.cjs'))) {
      const code = readFileSync(name, 'utf8');
      const kept = code.replace(
        /Promise\.resolve\(\)\.then\(\(\) => _interopRequireWildcard\(require\(("[^"]+")\)\)\)/g,
        'import($1)',
      );
      if (kept !== code) writeFileSync(name, kept);
    }
  },
};

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    ...Object.fromEntries(folders.map((name) => [name, `src/${name}/index.ts`])),
  },
  format: ['esm', 'cjs'],
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
  plugins: [commonJsKeepsImport],
  dts: true,
  clean: true,
  sourcemap: false,
});
