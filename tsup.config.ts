import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { transform } from 'esbuild';
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
 * CommonJS by esbuild, whose exports are getters, and which keeps `import()` (of optional packages, some of them ES modules
 * with a top-level await). tsup leaves it to sucrase, which rewrites every assignment to a name that the file exports:
 * `this.batches = 0` of a class became `this.batches = exports.batches = 0`, and the exported function was gone.
 */
function commonJsByEsbuild(): NonNullable<Options['plugins']>[number] {
  const files = new Map<string, string>();
  return {
    name: 'commonjs-by-esbuild',
    async renderChunk(code, { path }) {
      if (!path.endsWith('.cjs')) return undefined;
      const result = await transform(code, { format: 'cjs', platform: 'node', target: 'es2022' });
      files.set(resolve(path), result.code);
      return undefined;
    },
    buildEnd({ writtenFiles }) {
      for (const { name } of writtenFiles.filter((file) => file.name.endsWith('.cjs'))) {
        const code = files.get(resolve(name));
        if (code === undefined) throw new Error(`tsup: no CommonJS code was made for ${name}.`);
        writeFileSync(name, code);
      }
    },
  };
}

/**
 * The root's declarations re-export those of the subpaths, as its code does. Bundled, they would become namespace objects that
 * name types as if they were values: errors in the project of a user who checks declarations (`skipLibCheck: false`).
 */
function rootDeclarations(): void {
  const code = readFileSync('src/index.ts', 'utf8');
  for (const [ending, extension] of Object.entries({ ts: 'js', cts: 'cjs' })) {
    const built = code.replace(
      /'\.\/(?:internal\/(\w+)\.js|(\w+)\/index\.js)'/g,
      (_, inner, folder) => `'./${inner ?? folder}.${extension}'`,
    );
    writeFileSync(`dist/index.d.${ending}`, built);
  }
}

/** What has declarations of its own: the subpaths, and the error classes for the root. */
const subpaths = {
  errors: 'src/internal/errors.ts',
  ...Object.fromEntries(folders.map((name) => [name, `src/${name}/index.ts`])),
};

// The worker that makes declarations ends last, and clears those that were there when it begins.
process.once('exit', (code) => {
  if (code === 0) rootDeclarations();
});

export default defineConfig({
  entry: { index: 'src/index.ts', ...subpaths },
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
  plugins: [commonJsByEsbuild()],
  dts: { entry: subpaths },
  clean: true,
  sourcemap: false,
});
