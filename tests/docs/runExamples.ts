// Runs the modules named on the command line one after the other, on the cpu backend; a line per failure.
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { pathToFileURL } from 'node:url';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';

enableProdMode(); // no banner
await setBackend('cpu');
console.log = () => {};
for (const file of process.argv.slice(2)) {
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    console.error(`${file}: ${error instanceof Error ? error.stack : error}`);
    process.exitCode = 1;
  }
}
