import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** What a process with 128 MiB of WASM memory says after filling it. */
function fillMemory(): Record<string, unknown> {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--wasm-max-mem-pages=2048', '--import', 'tsx', `${import.meta.dirname}/fillMemory.ts`],
    { encoding: 'utf8' },
  );
  const line = stdout.split('\n').find((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(stderr.slice(-500));
  return JSON.parse(line);
}

test('a tensor that does not fit throws, leaves the others as they were, and a trap ends the use of the backend', () => {
  const { full, inKernel, count, unharmed, afterwards, trapped, kernelAfterTrap, uploadAfterTrap } = fillMemory();
  const tooLarge = /^OutOfMemoryError: backend 'wasm': a tensor of [\d.]+ MiB must fit into memory, .*smaller batches/;
  expect(full).toMatch(tooLarge);
  expect(inKernel).toMatch(tooLarge);
  expect(count).toBeGreaterThan(5);
  expect(unharmed).toEqual(new Array((count as number) + 1).fill(true));
  expect(afterwards).toBe(1_000_000);
  const refused = /^Error: backend 'wasm': kernel 'trap' stopped with 'unreachable'; its memory may be damaged/;
  for (const message of [trapped, kernelAfterTrap, uploadAfterTrap]) expect(message).toMatch(refused);
});
