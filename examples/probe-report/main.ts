import { runCommand } from '../pretrain/command.js';
import { help, readOptions } from './options.js';

await runCommand('probe-report', async (args) => {
  const options = readOptions(args);
  if (options === null) return void process.stdout.write(help);
  const { run } = await import('./run.js');
  await run(options);
});
