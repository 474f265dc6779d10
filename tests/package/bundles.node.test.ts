import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import webpack from 'webpack';
import { type Consumer, makeConsumer, run, tfjs } from './consumer.js';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, unknown> };
/** Subpaths for browsers; `testing` is the one that is for users of fast-check alone. */
const subpaths = Object.keys(exports)
  .filter((name) => !['./package.json', './testing', './node'].includes(name))
  .map((name) => name.slice(2));

/** Programs by name: every subpath, and what users wrote when bundling failed. */
const programs: Record<string, string> = {
  ...Object.fromEntries(subpaths.map((name) => [name || 'root', everything(name)])),
  neighbours: `import { nearestNeighbors } from 'selfsup/probes'; console.log(nearestNeighbors);`,
  losses: `import { losses } from 'selfsup'; console.log(losses.ntXentLoss);`,
};
function everything(name: string): string {
  return `import * as all from 'selfsup${name && `/${name}`}'; console.log(all);`;
}

/** Draws a map with an optional package and says how it went. */
const umap = `
import '@tensorflow/tfjs-backend-cpu';
import { embed2d } from 'selfsup/probes';
const rows = Array.from({ length: 24 }, (_, i) => [i % 5, i % 7, i]);
embed2d(rows, 1, { method: 'umap', neighbors: 5, iterations: 20 }).then(
  ({ points }) => console.log('mapped ' + points.length),
  (error) => console.log(error.message));`;
const report = `
import '@tensorflow/tfjs-backend-cpu';
import { probeReport } from 'selfsup/report';
const map = { points: [[0, 1], [1, 0]], explained: null, trustworthiness: null };
probeReport(map).then(({ html }) => console.log(html.includes('<svg') ? 'drawn' : 'not drawn'), (e) => console.log(e.message));`;

/** Makes Node look like a web worker to what is imported then. */
const asWorker = 'globalThis.process = undefined; globalThis.WorkerGlobalScope = class {};';

/** Errors of a bundler, which writes a file for each program into a folder of its name. */
type Bundler = (consumer: Consumer, entries: Record<string, string>, platform: 'browser' | 'node') => Promise<string[]>;

const bundlers: Record<string, Bundler> = {
  async esbuild({ folder }, entries, platform) {
    const result = await esbuild({
      entryPoints: entries,
      bundle: true,
      format: 'esm',
      platform,
      outdir: join(folder, 'esbuild'),
      outExtension: { '.js': '.mjs' },
      logLevel: 'silent',
    }).catch((error) => error as { errors: { text: string }[]; warnings: { text: string }[] });
    return [...result.errors, ...result.warnings].map(({ text }) => text);
  },
  webpack: ({ folder }, entries, platform) =>
    new Promise((done, failed) => {
      const compiler = webpack({
        mode: 'production',
        optimization: { minimize: false },
        context: folder,
        entry: entries,
        target: platform === 'node' ? 'node20' : ['web', 'es2022'],
        experiments: { outputModule: true },
        output: { path: join(folder, 'webpack'), filename: '[name].mjs', module: true, chunkFormat: 'module' },
        performance: { hints: false },
      });
      compiler.run((error, stats) => {
        if (error) failed(error);
        else done((stats?.toJson({ all: false, errors: true }).errors ?? []).map(({ message }) => message));
      });
    }),
  async vite({ folder }, entries) {
    try {
      for (const [name, entry] of Object.entries(entries)) {
        await vite({
          root: folder,
          logLevel: 'silent',
          configFile: false,
          build: {
            outDir: 'vite',
            emptyOutDir: false,
            minify: false,
            lib: { entry, formats: ['es'], fileName: () => `${name}.mjs` },
            rollupOptions: { output: { codeSplitting: false } },
          },
        });
      }
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  },
};

const write = (consumer: Consumer, texts: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, consumer.write(`entries/${name}.mjs`, `${text}\n`)]),
  );

describe('bundles', () => {
  let bare: Consumer;
  let full: Consumer;
  const elsewhere = mkdtempSync(join(tmpdir(), 'selfsup-bundle-'));
  beforeAll(() => {
    bare = makeConsumer(...tfjs);
    full = makeConsumer(...tfjs, 'umap-js', 'vega', 'vega-lite', 'fast-png');
  });
  afterAll(() => {
    for (const consumer of [bare, full]) consumer.dispose();
    rmSync(elsewhere, { recursive: true, force: true });
  });

  describe.each(Object.entries(bundlers))('%s', (name, bundle) => {
    test('the root and every subpath, without the optional packages', async () => {
      expect(subpaths.length).toBeGreaterThan(11);
      const chosen =
        name === 'vite'
          ? { root: everything(''), probes: everything('probes'), report: everything('report') } // one build each
          : programs;
      expect(await bundle(bare, write(bare, chosen), 'browser')).toEqual([]);
    });
    test('an optional package that is installed is in the bundle, and one that is not is named where it is needed', async () => {
      for (const [consumer, label] of [
        [full, 'full'],
        [bare, 'bare'],
      ] as const) {
        expect(await bundle(consumer, write(consumer, { umap, report }), 'browser')).toEqual([]);
        const home = join(elsewhere, name, label);
        const said = ['umap', 'report'].map((program) => {
          cpSync(join(consumer.folder, name), home, { recursive: true });
          return run(home, 'node', ['--input-type=module', '-e', `${asWorker} await import('./${program}.mjs');`]);
        });
        if (label === 'full') expect(said).toEqual(['mapped 24\n', 'drawn\n']);
        else {
          expect(said[0]).toContain("embed2d: method 'umap' needs the package umap-js: npm install umap-js");
          expect(said[1]).toMatch(/probeReport: plots .* needs the package vega(-lite)?: npm install vega/);
        }
      }
    });
  });

  test('esbuild and webpack bundle selfsup/node for Node without sharp and tar-stream', async () => {
    const entries = write(bare, { node: everything('node') });
    for (const name of ['esbuild', 'webpack']) {
      expect(await (bundlers[name] as Bundler)(bare, entries, 'node')).toEqual([]);
    }
  });
});
