import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ArrayState } from '../../src/internal/state.js';
import { fileCheckpoint } from '../../src/node/index.js';
import { integers } from '../../src/random/index.js';
import { temp } from './temp.js';

test('a checkpoint is whole whenever its writer is killed', async () => {
  const folder = await temp();
  const path = join(folder, 'run.bin');
  const aside = async (): Promise<number> => (await readdir(folder)).filter((name) => name.endsWith('.tmp')).length;
  const waits = integers(7, 16, { max: 60 });
  // At least four kills, and on until one came in the middle: a file that was being written aside is left.
  for (let kill = 0; kill < 4 || (kill < waits.length && (await aside()) === 0); kill++) {
    const before = await aside();
    const writer = spawn(process.execPath, ['--import', 'tsx', 'tests/node/checkpointWriter.ts', path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(writer.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, waits[kill]));
    const late = Date.now() + 2000;
    while ((await aside()) === before && Date.now() < late); // a write has begun
    writer.kill('SIGKILL');
    const [, signal] = await once(writer, 'exit');
    expect(signal).toBe('SIGKILL');
    const { step, weights } = (await fileCheckpoint(path).load()) as { step: number; weights: ArrayState };
    expect(step).toBeGreaterThanOrEqual(1);
    expect(weights.data.length).toBe(1_000_000);
    expect(weights.data.every((x) => x === step)).toBe(true);
  }
  expect(await aside()).toBeGreaterThan(0);
});
