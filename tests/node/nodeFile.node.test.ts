import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { memory, ones, type Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { nodeFile } from '../../src/node/index.js';
import { temp } from './temp.js';

const network = (units: number): LayersModel =>
  sequential({
    layers: [
      layers.conv2d({ filters: 3, kernelSize: 2, inputShape: [4, 4, 1] }),
      layers.batchNormalization(),
      layers.flatten(),
      layers.dense({ units }),
    ],
  });

async function output(model: LayersModel): Promise<number[]> {
  const x = ones([2, 4, 4, 1]);
  const y = model.predict(x) as Tensor;
  const numbers = Array.from(await y.data());
  x.dispose();
  y.dispose();
  return numbers;
}

describe('nodeFile', () => {
  test('a saved model opens again, from disk and over http', async () => {
    const before = memory().numTensors;
    const folder = join(await temp(), 'deep', 'encoder');
    const model = network(2);
    await model.save(nodeFile(folder));
    expect((await readdir(folder)).sort()).toEqual(['model.json', 'weights.bin']);
    const expected = await output(model);
    const server = createServer((request, response) => {
      readFile(join(folder, request.url ?? '')).then(
        (bytes) => response.end(bytes),
        () => response.writeHead(404).end(),
      );
    }).listen(0);
    const { port } = server.address() as AddressInfo;
    for (const source of [
      nodeFile(folder),
      nodeFile(join(folder, 'model.json')),
      `http://localhost:${port}/model.json`,
    ]) {
      const copy = await loadLayersModel(source);
      expect(await output(copy)).toEqual(expected);
      copy.dispose();
    }
    server.close();
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });

  test('a second save replaces the first; other weights get a file of another name', async () => {
    const folder = await temp();
    const [first, other] = [network(2), network(5)];
    for (const [i, model] of [first, first, other, first].entries()) {
      await model.save(nodeFile(folder));
      const copy = await loadLayersModel(nodeFile(folder));
      expect(await output(copy)).toEqual(await output(model));
      copy.dispose();
      const [json, weights, ...rest] = (await readdir(folder)).sort();
      expect([json, rest]).toEqual(['model.json', []]);
      expect(weights).toMatch(i < 2 ? /^weights\.bin$/ : /^weights-[0-9a-f]{12}\.bin$/);
    }
    for (const model of [first, other]) model.dispose();
  });

  test('says in one line what is wrong', async () => {
    const folder = await temp({ file: 'x', 'broken/model.json': '{', 'other/model.json': '{"a": 1}' });
    const fails = async (path: string, message: string): Promise<void> => {
      const error: Error = await loadLayersModel(nodeFile(join(folder, path))).then(
        () => expect.fail('should throw'),
        (e: Error) => e,
      );
      expect(error.message).toContain(message);
      expect(error.message).not.toContain('\n');
    };
    await fails('gone', 'nodeFile: no such file or folder: ');
    await fails('broken', 'nodeFile: expected a tfjs model (');
    await fails('other', 'nodeFile: expected a tfjs model (its fields are missing)');
    const model = network(2);
    await model.save(nodeFile(join(folder, 'cut')));
    const weights = join(folder, 'cut', 'weights.bin');
    await writeFile(weights, (await readFile(weights)).subarray(0, 20));
    await fails('cut', 'bytes of weights, got 20: ');
    await expect(model.save(nodeFile(join(folder, 'file', 'x')))).rejects.toThrow(/^nodeFile: [^\n]+$/);
    model.dispose();
  });
});
