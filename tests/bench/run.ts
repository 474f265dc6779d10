import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchInBrowser } from './inBrowser.js';
import { type Backend, type BenchModule, type BenchOptions, DEFAULTS } from './options.js';

/**
 * `npm run bench -- [name] [backend] [--rounds n] [--shrink n]`: runs tests/bench/*.bench.ts, or those whose name holds the
 * given word; cpu and wasm here, webgl and webgpu in headless Chromium.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string' }, shrink: { type: 'string' } },
});
const [wanted = '', backend = 'wasm'] = positionals as [string?, Backend?];
const folder = fileURLToPath(new URL('./', import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith('.bench.ts') && file.includes(wanted));

if (!(backend in DEFAULTS)) stop(`the backend must be one of ${Object.keys(DEFAULTS).join(', ')}, got '${backend}'`);
else if (files.length === 0) stop(`no tests/bench/*.bench.ts has '${wanted}' in its name`);
else if (files.length === 1) await one(files[0] as string);
else for (const file of files) again(file);

async function one(file: string): Promise<void> {
  const { rounds, shrink } = DEFAULTS[backend];
  const options: BenchOptions = {
    backend,
    rounds: count('rounds', values.rounds, rounds),
    shrink: count('shrink', values.shrink, shrink),
  };
  const module = (await import(`./${file.replace(/\.ts$/, '.js')}`)) as BenchModule;
  if (!module.backends.includes(backend)) {
    console.log(`== ${file} runs on ${module.backends.join(', ')} only`);
    return;
  }
  const load = loadavg()[0]?.toFixed(1);
  console.log(`== ${file} on ${backend}: ${options.rounds} rounds, batches 1/${options.shrink}; load ${load}`);
  await (backend === 'webgl' || backend === 'webgpu' ? benchInBrowser(folder + file, options) : module.bench(options));
}

/** In a process of its own: kernels that one registers would be another's stock. */
function again(file: string): void {
  const self = fileURLToPath(import.meta.url);
  const flags = Object.entries(values).map(([name, value]) => `--${name}=${value}`);
  const { status } = spawnSync(process.execPath, [...process.execArgv, self, file, backend, ...flags], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}

function count(name: string, given: string | undefined, otherwise: number): number {
  const n = given === undefined ? otherwise : Number(given);
  if (!(Number.isInteger(n) && n >= 1)) throw new RangeError(`bench: --${name} must be an integer >= 1, got ${given}`);
  return n;
}

function stop(reason: string): void {
  console.error(`bench: ${reason}`);
  process.exitCode = 1;
}
