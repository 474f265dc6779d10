import { spawnSync } from 'node:child_process';
import { describe, expect, test, vi } from 'vitest';
import { warnOfMemory } from '../../src/training/warnOfMemory.js';

/** What a process that trains on WASM says. */
function run(flags: readonly string[], mode: string): Record<string, string> {
  const script = `${import.meta.dirname}/backendRun.ts`;
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--import', 'tsx', script, mode], {
    encoding: 'utf8',
  });
  const line = stdout.split('\n').find((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(stderr.slice(-800));
  return JSON.parse(line);
}

test('a kernel that stock WASM lacks: the message names what registers it', () => {
  const { large, probe, cached } = run([], 'stock');
  const remedy = "call registerWasmTraining() of 'selfsup/wasm' once, before the first step.";
  for (const [where, message] of Object.entries({ pretrain: large, fineTuneProbe: probe, cachedGradients: cached })) {
    expect(message).toContain(`${where}: backend 'wasm' has no kernel '`);
    expect(message).toContain(remedy);
  }
});

test('a batch that does not fit: the message names batch and memory, and a smaller one trains afterwards', () => {
  const { large, small } = run(['--wasm-max-mem-pages=2048'], 'training');
  expect(large).toMatch(
    /^pretrain: out of memory at step 0 \(epoch 0, batch 0\), with a batch of 512\. backend 'wasm': a tensor of [\d.]+ MiB must fit into memory, but the heap can.t grow beyond [\d.]+ MiB \(at most 4 GiB\)/,
  );
  expect(small).toBe('no error');
});

describe('the first step of a run', () => {
  test.each([
    [2 ** 31, 64, undefined],
    [0.8 * 2 ** 32, 64, /a batch of 64 has taken 3\.2 of the 4\.0 GiB .* a batch of 5\d would leave room/],
    [null, 64, undefined],
  ])('with a heap of %s bytes', (bytes, batch, message) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    try {
      warnOfMemory(batch, bytes);
      expect(warn.mock.calls.length).toBe(message === undefined ? 0 : 1);
      if (message !== undefined) expect(warn.mock.calls[0]?.[0]).toMatch(message);
    } finally {
      warn.mockRestore();
    }
  });
});
