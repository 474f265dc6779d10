import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** A project that uses the library as a user has it: from the packed tarball, with the packages it names and no others. */
export interface Consumer {
  readonly folder: string;
  /** Links installed packages into the project, as `npm install` of them would. */
  link(...names: string[]): void;
  write(name: string, text: string): string;
  /** Output of a command; on failure an error with the last lines of what it said. */
  run(command: string, ...args: string[]): string;
  dispose(): void;
}

/** Every package that the tests of packaging give a consumer at most. */
export const tfjs = ['core', 'layers', 'backend-cpu', 'backend-wasm'].map((name) => `@tensorflow/tfjs-${name}`);

/** Output of a command; on failure an error with the last lines of what it said. */
export function run(cwd: string, command: string, args: readonly string[]): string {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return stdout;
  const said = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line.length < 300)
    .slice(-25)
    .join('\n');
  throw new Error(`${command} ${args.slice(0, 3).join(' ')} ended with ${status ?? signal ?? error}:\n${said}`);
}

/** An empty project with the packed library and the packages named. */
export function makeConsumer(...packages: string[]): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'selfsup-consumer-'));
  const home = join(folder, 'node_modules/selfsup');
  mkdirSync(home, { recursive: true });
  const packed = run(resolve('.'), 'npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]);
  const [{ filename }] = JSON.parse(packed.slice(packed.search(/\[\s*\{/))) as [{ filename: string }];
  run(folder, 'tar', ['-xzf', filename, '-C', home, '--strip-components=1']);
  rmSync(join(folder, filename));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const consumer: Consumer = {
    folder,
    link(...names) {
      for (const name of names) {
        const place = join(folder, 'node_modules', name);
        if (existsSync(place)) continue;
        mkdirSync(dirname(place), { recursive: true });
        symlinkSync(resolve('node_modules', name), place);
      }
    },
    write(name, text) {
      const file = join(folder, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    run: (command, ...args) => run(folder, command, args),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
  consumer.link(...packages);
  return consumer;
}
