import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build as esbuild } from 'esbuild';
import { rollup } from 'rollup';
import { build as vite } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const scratch = mkdtempSync(join(tmpdir(), 'selfsup-package-'));
/** Output of a command; on failure an error with the last lines of what it said. */
function run(command: string, args: string[], cwd = scratch): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status === 0) return stdout;
  const said = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line.length < 300)
    .slice(-20)
    .join('\n');
  throw new Error(`${command} ${args.slice(0, 3).join(' ')} ended with ${status}:\n${said}`);
}

/** A user's script: trains one step on one loss. */
const trainOnOneLoss = (load: string): string => `
${load}
const before = tf.tensor2d([[1, 2], [3, -1]]), other = tf.tensor2d([[0, 1], [1, 1]]);
const gradient = tf.grad((z) => ntXentLoss(z, other))(before);
const norm = Math.hypot(...gradient.dataSync());
if (!(norm > 1e-4)) throw new Error('no gradient: ' + norm);
console.log('trains');
`;
const entry = trainOnOneLoss(`
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { ntXentLoss } from 'selfsup/losses';`);

beforeAll(() => {
  // The packed files as they would be published, unpacked where npm would put them; no registry is asked.
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', scratch], resolve('.')).replace(
      /^[^[]*(?=\[\s*\{)/,
      '',
    ),
  ) as [{ filename: string }];
  mkdirSync(join(scratch, 'node_modules/@tensorflow'), { recursive: true });
  writeFileSync(join(scratch, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  run('npm', [
    'install',
    '--offline',
    '--legacy-peer-deps',
    '--no-audit',
    '--no-fund',
    '--no-save',
    join(scratch, filename),
  ]);
  mkdirSync(join(scratch, 'node_modules/@tensorflow'), { recursive: true });
  for (const name of ['tfjs-core', 'tfjs-layers', 'tfjs-backend-cpu', 'tfjs-backend-wasm']) {
    symlinkSync(resolve('node_modules/@tensorflow', name), join(scratch, 'node_modules/@tensorflow', name));
  }
  symlinkSync(resolve('node_modules/@types'), join(scratch, 'node_modules/@types'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the packed tarball in a project of its own', () => {
  test('holds the build and no sources, tests or data', () => {
    const root = join(scratch, 'node_modules/selfsup');
    for (const name of [
      'dist/index.js',
      'dist/index.cjs',
      'dist/losses.d.ts',
      'dist/losses.d.cts',
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
    ]) {
      expect(existsSync(join(root, name)), name).toBe(true);
    }
    for (const name of ['src', 'tests', 'examples', '.ci']) expect(existsSync(join(root, name)), name).toBe(false);
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(manifest.dependencies).toBeUndefined();
    // No public place is known, so none is named.
    for (const name of ['repository', 'homepage', 'bugs']) expect(manifest, name).not.toHaveProperty(name);
  });
  test('every subpath loads as ES module and as CommonJS with the same names', () => {
    const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, unknown> };
    const names = Object.keys(exports)
      .filter((name) => name !== './package.json')
      .map((name) => name.replace('.', 'selfsup'));
    expect(names.length).toBeGreaterThan(9);
    writeFileSync(
      join(scratch, 'names.mjs'),
      `import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      for (const name of process.argv.slice(2)) {
        const esm = Object.keys(await import(name)).filter((n) => n !== 'default' && n !== 'module.exports').sort();
        const cjs = Object.keys(require(name)).sort();
        if (esm.length === 0 || String(esm) !== String(cjs)) throw new Error(name + ': ' + esm + ' | ' + cjs);
      }
      console.log('same');`,
    );
    // Of the optional peers only selfsup/testing needs one to load.
    const others = names.filter((name) => name !== 'selfsup/testing');
    expect(others).toHaveLength(names.length - 1);
    expect(run('node', ['names.mjs', ...others])).toContain('same');
    expect(() => run('node', ['names.mjs', 'selfsup/testing'])).toThrow("Cannot find package 'fast-check'");
    symlinkSync(resolve('node_modules/fast-check'), join(scratch, 'node_modules/fast-check'));
    expect(run('node', ['names.mjs', 'selfsup/testing'])).toContain('same');
  });
  test('an ES module trains', () => {
    writeFileSync(join(scratch, 'esm.mjs'), entry);
    expect(run('node', ['esm.mjs'])).toContain('trains');
  });
  test('a CommonJS module trains, and an error class is one class across subpaths', () => {
    const load = `
      require('@tensorflow/tfjs-layers'); require('@tensorflow/tfjs-backend-cpu');
      const tf = require('@tensorflow/tfjs-core'); const { ntXentLoss } = require('selfsup/losses');
      const { ShapeError, RangeError } = require('selfsup');
      try { ntXentLoss(tf.zeros([2]), tf.zeros([2])); } catch (e) { if (!(e instanceof ShapeError)) throw e; console.log('one class'); }
      try { require('selfsup/random').foldIn(1, -1); } catch (e) { if (!(e instanceof RangeError)) throw e; console.log('one class'); }`;
    writeFileSync(join(scratch, 'cjs.cjs'), trainOnOneLoss(load));
    expect(run('node', ['cjs.cjs']).match(/one class|trains/g)).toEqual(['one class', 'one class', 'trains']);
  });
  test('CommonJS loads optional packages that are ES modules with a top-level await', () => {
    const script = `
      const { probeReport } = require('selfsup/report');
      const map = { points: [[0, 1], [1, 0]], explained: null, trustworthiness: null };
      probeReport(map).then(({ html }) => console.log(html.includes('<svg') ? 'drawn' : 'not drawn'), (e) => console.log(e.message));`;
    writeFileSync(join(scratch, 'plots.cjs'), script);
    expect(run('node', ['plots.cjs'])).toContain('needs the package vega: npm install vega (Cannot find');
    for (const name of ['vega', 'vega-lite'])
      symlinkSync(resolve('node_modules', name), join(scratch, 'node_modules', name));
    expect(run('node', ['plots.cjs'])).toContain('drawn\n');
  });
  test('TypeScript finds the types from both module systems', () => {
    const use = (ending: string): string => `
      import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
      import { ntXentLoss } from 'selfsup/losses';
      import { losses, ShapeError } from 'selfsup';
      export const f${ending} = (a: Tensor2D, b: Tensor2D): Scalar => ntXentLoss(a, b, { temperature: 0.1 });
      // @ts-expect-error the temperature is a number
      export const g${ending} = (a: Tensor2D): Scalar => losses.ntXentLoss(a, a, { temperature: 'hot' });
      export const h${ending}: string = new ShapeError('x').name;`;
    writeFileSync(join(scratch, 'use.mts'), use('Esm'));
    writeFileSync(join(scratch, 'use.cts'), use('Cjs'));
    const options = {
      strict: true,
      module: 'node16',
      moduleResolution: 'node16',
      target: 'es2022',
      noEmit: true,
      skipLibCheck: true,
    };
    writeFileSync(
      join(scratch, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...options, types: [] }, files: ['use.mts', 'use.cts'] }),
    );
    expect(run('node', [resolve('node_modules/typescript/bin/tsc'), '-p', scratch])).toBe('');
  });
});

describe('a bundle that imports one loss trains', () => {
  const source = join(scratch, 'entry.mjs');
  beforeAll(() => writeFileSync(source, entry));

  // tfjs's ES modules, as in a web app; Node's own modules only stay outside so that the bundle can run here.
  test('esbuild', async () => {
    const outfile = join(scratch, 'esbuild.mjs');
    await esbuild({
      entryPoints: [source],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'node',
      mainFields: ['module', 'main'],
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      outfile,
      logLevel: 'silent',
    });
    expect(run('node', [outfile])).toContain('trains');
  });
  test('vite', async () => {
    await vite({
      root: scratch,
      logLevel: 'silent',
      configFile: false,
      resolve: { mainFields: ['module', 'main'] },
      ssr: { noExternal: true, target: 'node' },
      build: { ssr: source, outDir: 'vite', minify: true, rollupOptions: { output: { entryFileNames: 'bundle.mjs' } } },
    });
    expect(run('node', ['vite/bundle.mjs'])).toContain('trains');
  });
  test('rollup, with tfjs left out', async () => {
    // tfjs stays external here: what is proved is that our modules survive tree shaking, and nothing but the loss is kept.
    const bundle = await rollup({
      input: source,
      external: /^@tensorflow/,
      plugins: [
        {
          name: 'selfsup',
          resolveId: (id) => (id === 'selfsup/losses' ? join(scratch, 'node_modules/selfsup/dist/losses.js') : null),
        },
      ],
      onwarn: () => {},
    });
    const { output } = await bundle.generate({ format: 'es' });
    writeFileSync(join(scratch, 'rollup.mjs'), output[0].code);
    expect(run('node', ['rollup.mjs'])).toContain('trains');
    const kept = [...output[0].code.matchAll(/^(?:async )?function (\w+)/gm)].map((match) => match[1]);
    expect(kept).toContain('ntXentLoss');
    expect(kept).not.toContain('barlowTwinsLoss');
  });
});
