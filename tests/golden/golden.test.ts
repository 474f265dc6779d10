import { expect, test } from 'vitest';
import * as layers from '../../src/layers/index.js';
import * as losses from '../../src/losses/index.js';
import * as momentum from '../../src/momentum/index.js';
import * as pretext from '../../src/pretext/index.js';
import * as probes from '../../src/probes/index.js';
import * as training from '../../src/training/index.js';
import * as transforms from '../../src/transforms/index.js';
import { onEveryBackend } from '../helpers/index.js';
import { adapters } from './adapters.js';
import { runCase } from './check.js';
import type { GoldenFile } from './format.js';

const library = { layers, losses, momentum, pretext, probes, training, transforms };
const files = Object.values(import.meta.glob<GoldenFile>('./cases/*.json', { eager: true, import: 'default' }));

/** Their cases hold data of others, and are not part of this project: `npm run golden -- FOLDER` runs them. */
const heldElsewhere = ['colorBinEncode', 'annealedMeanDecode', 'colorClassWeights'];

onEveryBackend('golden', () => {
  test('every adapter has its cases', () => {
    const ops = new Set([...files.map((file) => file.op), ...heldElsewhere]);
    expect(Object.keys(adapters).filter((op) => !ops.has(op))).toEqual([]);
  });
  for (const file of files) {
    const adapter = adapters[file.op];
    if (adapter === undefined) continue; // `npm run golden` lists the ops that have none yet
    test(file.op, async () => {
      for (const golden of file.cases) {
        const { share, where } = await runCase(file, golden, adapter, library);
        expect(share, `${golden.name}: error of ${where} as a share of the tolerance`).toBeLessThanOrEqual(1);
      }
    });
  }
});
