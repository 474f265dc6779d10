import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { GoldenFile } from './format.js';

const folder = mkdtempSync(join(tmpdir(), 'selfsup-golden-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const golden = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('npx', ['tsx', 'tests/golden/run.ts', ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

// On the package as last built: `npm ci` builds it.
describe('npm run golden', () => {
  test('reports an op, and writes what it computed', () => {
    const out = join(folder, 'out.json');
    const { status, stdout } = golden('tests/golden/cases', '--op', 'ntXent', '--backend', 'wasm', '--out', out);
    expect(stdout).toMatch(/^ntXent +4\/4 passed +worst 0\.\d+ of the tolerance$/m);
    expect(status).toBe(0);
    const rows = JSON.parse(readFileSync(out, 'utf8')) as {
      op: string;
      case: string;
      outputs: object;
      grads: object;
    }[];
    expect(rows.map((row) => [row.op, Object.keys(row.outputs), Object.keys(row.grads)])[0]).toEqual([
      'ntXent',
      ['loss'],
      ['z0', 'z1'],
    ]);
  });
  test('fails on a wrong number, a missing adapter and a wrong call', () => {
    const file = JSON.parse(readFileSync('tests/golden/cases/nt-xent.json', 'utf8')) as GoldenFile;
    file.cases[0]!.grads!.z0!.data[0]! += 0.01;
    writeFileSync(join(folder, 'wrong.json'), JSON.stringify(file));
    const wrong = golden(folder);
    expect(wrong.stdout).toMatch(/ntXent +3\/4 passed .* basic: grad of z0/);
    expect(wrong.status).toBe(1);
    writeFileSync(join(folder, 'wrong.json'), JSON.stringify({ ...file, op: 'unheardOf' }));
    const missing = golden(folder);
    expect(missing.stdout).toContain('no adapter: unheardOf');
    expect(missing.status).toBe(1);
    expect(golden(folder, '--built').status).toBe(0);
    expect(golden().stderr).toContain('golden: give one folder of case files');
    expect(golden('tests/golden/cases', '--op', 'nothing').stderr).toContain('golden: no case files match');
    expect(golden('tests/golden/cases', '--nonsense').status).toBe(2);
  });
});
