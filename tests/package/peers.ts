// Installs the packed library with the oldest and the newest of its optional packages from the registry, as npm does it for a
// user, and uses each: `npm run test:peers`. It needs the registry, and is not part of `.ci/run`.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from './consumer.js';

const ends = JSON.parse(readFileSync('tests/package/peerEnds.json', 'utf8')) as Record<
  string,
  Record<'low' | 'high', string>
>;
const packed = mkdtempSync(join(tmpdir(), 'selfsup-packed-'));
const said = run(resolve('.'), 'npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', packed]);
const [{ filename }] = JSON.parse(said.slice(said.search(/\[\s*\{/))) as [{ filename: string }];
for (const end of ['low', 'high'] as const) {
  const folder = mkdtempSync(join(tmpdir(), `selfsup-peers-${end}-`));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const tfjs = ['core', 'layers', 'backend-cpu'].map((name) => `@tensorflow/tfjs-${name}@4.22.0`);
  const packages = Object.entries(ends).map(([name, versions]) => `${name}@${versions[end]}`);
  console.log(`${end}: ${packages.join(' ')}`);
  // No --legacy-peer-deps: a range that forbids one of them is a failure.
  run(folder, 'npm', [
    'install',
    '--strict-peer-deps',
    '--no-audit',
    '--no-fund',
    join(packed, filename),
    ...tfjs,
    ...packages,
  ]);
  copyFileSync('tests/package/peerProgram.mjs', join(folder, 'program.mjs'));
  console.log(run(folder, 'node', ['program.mjs']).trim());
  rmSync(folder, { recursive: true, force: true });
}
rmSync(packed, { recursive: true, force: true });
