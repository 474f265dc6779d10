import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** `npm run bench -- [name] [backend]`: runs tests/bench/*.bench.ts, or those whose name holds the given word. */
const folder = new URL('./', import.meta.url);
const [wanted = '', backend] = process.argv.slice(2);
const files = readdirSync(folder).filter((file) => file.endsWith('.bench.ts') && file.includes(wanted));
if (files.length === 0) {
  console.error(`bench: no tests/bench/*.bench.ts has '${wanted}' in its name`);
  process.exitCode = 1;
}
const [only, ...others] = files;
if (only !== undefined && others.length === 0) {
  console.log(`== ${only}`);
  const { bench } = (await import(pathToFileURL(new URL(only, folder).pathname).href)) as {
    bench: (backend?: string) => Promise<void>;
  };
  await bench(backend);
} else {
  // Each in a process of its own: kernels that one registers would be another's stock.
  for (const file of files) {
    const { status } = spawnSync(
      process.execPath,
      [...process.execArgv, fileURLToPath(import.meta.url), file, ...(backend ? [backend] : [])],
      {
        stdio: 'inherit',
      },
    );
    if (status !== 0) process.exitCode = 1;
  }
}
