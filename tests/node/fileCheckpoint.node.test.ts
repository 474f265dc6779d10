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
  const waits = integers(7, 4, { max: 60 });
  for (const wait of waits) {
    const writer = spawn(process.execPath, ['--import', 'tsx', 'tests/node/checkpointWriter.ts', path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(writer.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, wait));
    writer.kill('SIGKILL');
    const [, signal] = await once(writer, 'exit');
    expect(signal).toBe('SIGKILL');
    const { step, weights } = (await fileCheckpoint(path).load()) as { step: number; weights: ArrayState };
    expect(step).toBeGreaterThanOrEqual(1);
    expect(weights.data.length).toBe(1_000_000);
    expect(weights.data.every((x) => x === step)).toBe(true);
  }
  // Files that were being written aside: the kills did come in the middle.
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp')).length).toBeGreaterThan(0);
});
