// npm run golden -- DIR [--group G] [--op NAME] [--backend B] [--built] [--commonjs] [--out FILE]
// Runs every case file of a folder against the built library. Exit status 1 when a case fails, or when an op of the
// chosen group has no adapter (`--built` skips those); 2 when the call is wrong.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { getBackend, ready, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { adapters } from './adapters.js';
import { type CaseResult, runCase } from './check.js';
import type { GoldenFile } from './format.js';
import type { Library } from './library.js';

const usage =
  'usage: npm run golden -- DIR [--group G] [--op NAME] [--backend cpu|wasm] [--built] [--commonjs] [--out FILE]';

function fail(message: string): never {
  console.error(`golden: ${message}\n${usage}`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        group: { type: 'string' },
        op: { type: 'string' },
        backend: { type: 'string', default: 'cpu' },
        built: { type: 'boolean', default: false },
        commonjs: { type: 'boolean', default: false },
        out: { type: 'string' },
      },
    });
  } catch (error) {
    fail((error as Error).message);
  }
}

function readCases(folder: string): GoldenFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const files = names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as GoldenFile);
  return files.filter((file) => typeof file.op === 'string' && Array.isArray(file.cases));
}

/** One subpath of the built package, as a user imports or requires it. */
const load = async (name: string) =>
  values.commonjs
    ? createRequire(import.meta.url)(`../../dist/${name}.cjs`)
    : import(new URL(`../../dist/${name}.js`, import.meta.url).href);

async function builtLibrary(): Promise<Library> {
  const names = ['layers', 'losses', 'momentum', 'pretext', 'probes', 'training', 'transforms'] as const;
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await load(name)]))) as Library;
}

async function start(backend: string): Promise<void> {
  if (backend === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
  else if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  else fail(`unknown backend '${backend}'; cpu and wasm run here, webgl and webgpu in npm run test:browser`);
  await setBackend(backend);
  await ready();
  if (getBackend() !== backend) fail(`backend '${backend}' could not be started`);
  if (backend === 'wasm') {
    const { registerWasmTraining } = await load('wasm');
    registerWasmTraining();
  }
}

const { values, positionals } = options();
const [folder, ...rest] = positionals;
if (folder === undefined || rest.length > 0) fail('give one folder of case files');
let files: GoldenFile[];
try {
  files = readCases(folder);
} catch (error) {
  fail((error as Error).message);
}
if (values.group) files = files.filter((file) => file.group === values.group);
if (values.op) files = files.filter((file) => file.op === values.op);
if (files.length === 0) fail(`no case files match in ${folder}`);
await start(values.backend);
const library = await builtLibrary();
const results: CaseResult[] = [];
const missing: string[] = [];
for (const file of files) {
  const adapter = adapters[file.op];
  if (adapter === undefined) {
    missing.push(file.op);
    continue;
  }
  const ran: CaseResult[] = [];
  for (const golden of file.cases) ran.push(await runCase(file, golden, adapter, library));
  results.push(...ran);
  const passed = ran.filter((r) => r.share <= 1).length;
  const worst = ran.reduce((a, b) => (b.share > a.share ? b : a));
  const note = passed === ran.length ? '' : `  ${worst.case}: ${worst.where}`;
  console.log(
    `${file.op.padEnd(28)} ${passed}/${ran.length} passed  worst ${worst.share.toFixed(4)} of the tolerance${note}`,
  );
}
if (missing.length > 0) console.log(`no adapter${values.built ? ' (skipped)' : ''}: ${missing.join(' ')}`);
if (values.out) {
  const rows = results.map(({ op, case: name, outputs, grads }) => ({ op, case: name, outputs, grads }));
  writeFileSync(values.out, `${JSON.stringify(rows)}\n`);
}
const failed = results.filter((r) => !(r.share <= 1)).length;
console.log(`${results.length - failed} passed, ${failed} failed, ${values.backend} backend`);
process.exit(failed > 0 || (missing.length > 0 && !values.built) ? 1 : 0);
