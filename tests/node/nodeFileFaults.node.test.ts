import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import '@tensorflow/tfjs-backend-cpu';
import { fill, type io, memory, type Tensor } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  loadLayersModel,
  model,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { nodeFile } from '../../src/node/index.js';
import { temp } from './temp.js';

let failing: RegExp | null = null;
vi.mock('node:fs/promises', async (original) => {
  const module = await original<typeof import('node:fs/promises')>();
  return {
    ...module,
    rename: async (from: string, to: string) => {
      if (failing?.test(to)) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      await module.rename(from, to);
    },
  };
});
afterEach(() => {
  failing = null;
});

const dense = (units: number, value: number): LayersModel => {
  const one = sequential({ layers: [layers.dense({ units, inputShape: [3], name: 'top' })] });
  const [kernel, bias] = [fill([3, units], value), fill([units], value)];
  one.setWeights([kernel, bias]);
  kernel.dispose();
  bias.dispose();
  return one;
};

async function values(folder: string): Promise<number[]> {
  const copy = await loadLayersModel(nodeFile(folder));
  const all = await Promise.all(copy.getWeights().map((w) => w.data()));
  copy.dispose();
  return all.flatMap((x) => [...x]);
}

/** A model of two branches that share a layer, with models inside. */
function branched(): LayersModel {
  const x = input({ shape: [4], name: 'x' });
  const shared = layers.dense({ units: 4, name: 'shared' });
  const inner = sequential({ name: 'inner', layers: [layers.dense({ units: 4, inputShape: [4], name: 'in1' })] });
  const y = input({ shape: [4] });
  const part = model({
    inputs: y,
    outputs: layers.dense({ units: 4, name: 'in2' }).apply(y) as SymbolicTensor,
    name: 'part',
  });
  const a = shared.apply(shared.apply(x)) as SymbolicTensor;
  const b = part.apply(inner.apply(shared.apply(x))) as SymbolicTensor;
  const sum = layers.add({ name: 'sum' }).apply([a, b]) as SymbolicTensor;
  return model({ inputs: x, outputs: [sum, layers.dense({ units: 1, name: 'top' }).apply(sum) as SymbolicTensor] });
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of any kind
type Json = any;

async function saved(of: LayersModel): Promise<{ folder: string; json: Json }> {
  const folder = join(await temp(), 'model');
  await of.save(nodeFile(folder));
  of.dispose();
  return { folder, json: JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) };
}

async function messageOf(folder: string): Promise<string> {
  const error: Error = await loadLayersModel(nodeFile(folder)).then(
    () => expect.fail('should throw'),
    (e: Error) => e,
  );
  expect(error.message).not.toMatch(/\n/);
  return error.message;
}

describe('saving', () => {
  test('a save that stops anywhere leaves the old model, whole', async () => {
    const before = memory().numTensors;
    for (const [units, file] of [
      [2, /model\.json$/],
      [2, /\.bin$/],
      [5, /model\.json$/],
      [5, /\.bin$/],
    ] as const) {
      const folder = await temp();
      const [old, next] = [dense(2, 1), dense(units, 7)];
      await old.save(nodeFile(folder));
      failing = file;
      await expect(next.save(nodeFile(folder))).rejects.toThrow(/^nodeFile: no space left on the disk: /);
      failing = null;
      expect(await values(folder)).toEqual(new Array(8).fill(1));
      await next.save(nodeFile(folder));
      expect(await values(folder)).toEqual(new Array(4 * units).fill(7));
      expect(await readdir(folder)).toHaveLength(2); // what the failed save left has gone
      old.dispose();
      next.dispose();
    }
    expect(memory().numTensors).toBe(before);
  });

  test('whenever its writer is killed, a model has its own weights', async () => {
    const folder = join(await temp(), 'model');
    for (const wait of [3, 17, 31, 44, 58]) {
      const writer = spawn(process.execPath, ['--import', 'tsx', 'tests/node/modelWriter.ts', folder], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      await once(writer.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, wait));
      writer.kill('SIGKILL');
      await once(writer, 'exit');
      const found = await (nodeFile(folder) as Required<io.IOHandler>).load();
      const { userDefinedMetadata, weightData, weightSpecs } = found;
      const { step } = userDefinedMetadata as { step: number };
      expect(weightSpecs?.[1]?.shape).toEqual([300 + (step % 2)]);
      expect(new Set(new Float32Array(weightData as ArrayBuffer))).toEqual(new Set([step]));
    }
    const last = dense(2, 3);
    await last.save(nodeFile(folder));
    expect((await readdir(folder)).length).toBe(2); // nothing that the killed ones left
    last.dispose();
  });

  test('saves of one folder at a time, of two processes too, leave one whole model and nothing else', async () => {
    const folder = await temp();
    const all = Array.from({ length: 6 }, (_, i) => dense(2 + (i % 3), i));
    await Promise.all(all.map((one) => one.save(nodeFile(folder))));
    expect(await values(folder)).toEqual(new Array(16).fill(5));
    expect(await readdir(folder)).toHaveLength(2);
    const other = 'weights-0123456789ab.bin';
    const alive = `${other}.${process.ppid}-0123abcd.tmp`; // of a process that runs
    await writeFile(join(folder, other), 'being saved');
    await writeFile(join(folder, alive), '');
    await all[0]?.save(nodeFile(folder));
    expect(await readdir(folder)).toEqual(expect.arrayContaining([other, alive]));
    const dead = spawn(process.execPath, ['-e', '']);
    await once(dead, 'exit');
    await rm(join(folder, alive));
    await writeFile(join(folder, `${other}.${dead.pid}-0123abcd.tmp`), '');
    await writeFile(join(folder, 'notes.1-0123abcd.tmp'), 'not ours');
    await all[1]?.save(nodeFile(folder));
    expect((await readdir(folder)).filter((name) => name.includes('0123'))).toEqual(['notes.1-0123abcd.tmp']);
    for (const one of all) one.dispose();
  });

  test('a damaged weight file is mended by the next save; a file of another writer stays', async () => {
    const folder = await temp({ 'group1-shard1of1.bin': 'theirs' });
    const [a, b] = [dense(2, 1), dense(2, 2)];
    await a.save(nodeFile(folder));
    await b.save(nodeFile(folder));
    const [name] = (await readdir(folder)).filter((one) => one.startsWith('weights-'));
    await writeFile(join(folder, name as string), 'damaged');
    await b.save(nodeFile(pathToFileURL(folder)));
    expect(await values(folder)).toEqual(new Array(8).fill(2));
    expect((await readdir(folder)).sort()).toEqual(['group1-shard1of1.bin', 'model.json', name]);
    a.dispose();
    b.dispose();
  });
});

describe('loading', () => {
  test('models of shared layers and models inside load', async () => {
    const one = branched();
    const expected = (await Promise.all(one.getWeights().map((w) => w.data()))).map((x) => [...x]);
    const { folder } = await saved(one);
    const copy = await loadLayersModel(nodeFile(folder)).catch((error: Error) => error);
    // tfjs can't build every such model again; what it can't is its error, not ours.
    if (copy instanceof Error) expect(copy.message).not.toContain('nodeFile');
    else {
      expect((await Promise.all(copy.getWeights().map((w: Tensor) => w.data()))).map((x) => [...x])).toEqual(expected);
      copy.dispose();
    }
  });

  const changes: readonly (readonly [string, (json: Json, list: Json[]) => void, string])[] = [
    ['a renamed layer', (_, list) => (list[1].name = 'other'), 'takes its input from "shared", which is not there'],
    ['a renamed input', (_, list) => (list[0].name = 'other'), 'takes its input from "x", which is not there'],
    [
      'a renamed last layer',
      (_, list) => (list.at(-1).name = 'other'),
      'output_layers names "top", which is not there',
    ],
    ['a name twice', (_, list) => (list[1].name = 'x'), 'every layer must have a name of its own, got "x" twice'],
    [
      'layers that wait for each other',
      (_, list) => (list[1].inbound_nodes[0][0][0] = 'sum'),
      'that no order of the layers gives',
    ],
    [
      'a layer that waits for itself',
      (_, list) => (list.at(-1).inbound_nodes[0][0][0] = 'top'),
      'that no order of the layers gives',
    ],
    [
      'a call that is not there',
      (_, list) => (list.at(-1).inbound_nodes[0][0][1] = 7),
      'that no order of the layers gives',
    ],
    ['no name', (_, list) => delete list[1].name, 'every layer must have a name, got'],
    ['no inbound_nodes', (_, list) => delete list[1].inbound_nodes, 'layer "shared" must have inbound_nodes'],
    [
      'inbound_nodes that are none',
      (_, list) => (list[1].inbound_nodes = [[['x', 'y', 0]]]),
      'must have inbound_nodes',
    ],
    [
      'an unknown output',
      (json) => (json.modelTopology.config.output_layers = [['no', 0, 0]]),
      'output_layers names "no"',
    ],
    ['no layers', (json) => (json.modelTopology.config.layers = null), 'a model must have layers, got null'],
    [
      'a weight without a name',
      (json) => delete json.weightsManifest[0].weights[0].name,
      'every weight must have a name',
    ],
    ['a weight twice', (json) => json.weightsManifest[0].weights.push(json.weightsManifest[0].weights[0]), 'twice'],
    [
      'a size that is none',
      (json) => (json.weightsManifest[0].weights[0].shape = [null, 4]),
      'a shape of integers >= 0, got [null,4]',
    ],
    ['a negative size', (json) => (json.weightsManifest[0].weights[0].shape = [-4, -4]), 'a shape of integers >= 0'],
    [
      'an unknown type',
      (json) => (json.weightsManifest[0].weights[0].dtype = 'float64'),
      'must have a dtype of float32',
    ],
    [
      'a wrong quantization',
      (json) => (json.weightsManifest[0].weights[0].quantization = { dtype: 'uint8', scale: null, min: 0 }),
      'must have a quantization',
    ],
    ['a larger weight', (json) => (json.weightsManifest[0].weights[0].shape = [4, 5]), 'bytes of weights, got'],
    ['no paths', (json) => delete json.weightsManifest[0].paths, 'weightsManifest must hold paths and weights'],
    [
      'a path that is none',
      (json) => (json.weightsManifest[0].paths = [3]),
      'weightsManifest must hold paths and weights',
    ],
    ['a missing file', (json) => (json.weightsManifest[0].paths = ['gone.bin']), 'nodeFile: no such file or folder: '],
    ['a null manifest', (json) => (json.weightsManifest = [null]), 'weightsManifest must hold paths and weights'],
    ['no topology', (json) => (json.modelTopology = null), 'expected a tfjs model (its fields are missing)'],
  ];
  test.each(changes)('%s is one line', async (_, change, message) => {
    const { folder, json } = await saved(branched());
    change(json, json.modelTopology.config.layers);
    await writeFile(join(folder, 'model.json'), JSON.stringify(json));
    expect(await messageOf(folder)).toContain(message);
    expect(await messageOf(folder)).toMatch(/^nodeFile: /);
  });

  test('a weight of another name is the error of tfjs, and ends', async () => {
    const { folder, json } = await saved(dense(2, 1));
    json.weightsManifest[0].weights[0].name = 'other/kernel';
    await writeFile(join(folder, 'model.json'), JSON.stringify(json));
    expect(await messageOf(folder)).toContain('other/kernel');
  });

  test('brackets past counting are one line', async () => {
    const folder = await temp({
      'model.json': `{"modelTopology":${'['.repeat(1e6)}${']'.repeat(1e6)},"weightsManifest":[]}`,
    });
    expect(await messageOf(folder)).toContain(
      'nodeFile: expected a tfjs model (brackets are nested more than 500 deep)',
    );
  });

  test('weights outside of the folder are refused', async () => {
    const { folder, json } = await saved(dense(2, 1));
    const outside = join(folder, '..', 'secret.bin');
    await cp(join(folder, 'weights.bin'), outside);
    await symlink(outside, join(folder, 'link.bin'));
    await symlink('..', join(folder, 'up'));
    await mkdir(join(folder, 'in'));
    await cp(outside, join(folder, 'in', 'w.bin'));
    const load = async (path: string): Promise<string> => {
      json.weightsManifest[0].paths = [path];
      await writeFile(join(folder, 'model.json'), JSON.stringify(json));
      return messageOf(folder);
    };
    for (const path of [
      '../secret.bin',
      'in/../../secret.bin',
      './../secret.bin',
      outside,
      'link.bin',
      'up/secret.bin',
      '..\\secret.bin',
      'C:\\secret.bin',
      'file:///etc/passwd',
      '/etc/passwd',
      '',
    ]) {
      expect(await load(path), path).toMatch(/^nodeFile: weights must lie inside of [^\n]+, got: /);
    }
    execFileSync('mkfifo', [join(folder, 'pipe.bin')]);
    expect(await load('pipe.bin')).toContain('nodeFile: expected a regular file, got a FIFO');
    json.weightsManifest[0].paths = ['in/w.bin'];
    await writeFile(join(folder, 'model.json'), JSON.stringify(json));
    expect(await values(folder)).toEqual(new Array(8).fill(1));
  });
});
