import { readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** `npm run bench -- [name] [backend]`: runs tests/bench/*.bench.ts, or those whose name holds the given word. */
const folder = new URL('./', import.meta.url);
const [wanted = '', backend] = process.argv.slice(2);
const files = readdirSync(folder).filter((file) => file.endsWith('.bench.ts') && file.includes(wanted));
if (files.length === 0) {
  console.error(`bench: no tests/bench/*.bench.ts has '${wanted}' in its name`);
  process.exitCode = 1;
}
for (const file of files) {
  console.log(`== ${file}`);
  const { bench } = (await import(pathToFileURL(new URL(file, folder).pathname).href)) as {
    bench: (backend?: string) => Promise<void>;
  };
  await bench(backend);
}
