import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Consumer, makeConsumer, tfjs } from './consumer.js';

/** What may be said of `exports` in CommonJS: definitions of names at its end, and re-exports by a getter. */
const definition = /^exports\.\w+ = [\w$.]+;$|^Object\.defineProperty\(exports, ["']\w+["'], \{$/;

/** Lines that say anything else of `exports`. */
function otherUses(code: string): string[] {
  return code
    .split('\n')
    .filter(
      (line) => /(?<![\w$.])exports\b/.test(line.replace(/require\([^)]*\)/g, '')) && !definition.test(line.trim()),
    );
}

describe('the CommonJS build', () => {
  let consumer: Consumer;
  beforeAll(() => {
    consumer = makeConsumer(...tfjs);
    copyFileSync(resolve('tests/package/smoke.cjs'), join(consumer.folder, 'smoke.cjs'));
  });
  afterAll(() => consumer.dispose());

  test('no line of any bundle takes something else for an export', () => {
    const folder = join(consumer.folder, 'node_modules/selfsup/dist');
    const files = readdirSync(folder).filter((name) => name.endsWith('.cjs'));
    expect(files.length).toBeGreaterThan(14);
    const uses = files.flatMap((name) =>
      otherUses(readFileSync(join(folder, name), 'utf8')).map((line) => `${name}: ${line}`),
    );
    expect(uses).toEqual([]);
  });
  test('the scan finds fields, loop variables and members that were taken for exports', () => {
    const wrong = [
      '  __init4() {this.batches = exports.batches = 0}',
      'for (let batches = exports.batches = 0; ; ) {}',
      'total += exports.size;',
      'exports.batches = batches = 1;',
      'exports.batches++;',
    ];
    expect(otherUses([...wrong, 'exports.batches = batches;'].join('\n'))).toEqual(wrong);
  });
  test.each(['cpu', 'wasm'])('trains everything in one process on %s', (backend) => {
    const said = consumer.run('node', 'smoke.cjs', backend);
    expect(said.match(/^trained/gm)?.length, said).toBe(11);
  });
});
