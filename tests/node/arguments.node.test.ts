import '@tensorflow/tfjs-backend-cpu';
import { memory, ready, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import * as models from '../../src/models/index.js';
import * as node from '../../src/node/index.js';
import { temp } from './temp.js';

await ready();

/** How a function is called: good arguments before its options, and an option that it has. */
interface Call {
  readonly f: (...args: never[]) => unknown;
  readonly first?: () => unknown[];
  readonly option?: string;
  /** Wrong values of each argument that is no options object. */
  readonly wrong?: readonly (readonly unknown[])[];
}

const tiny = { inputShape: [4, 4, 1], channels: [2], strides: [1] } as const;
const bytes = models.writeSafetensors({ a: { shape: [1], data: Float32Array.of(1) } });
const net = models.smallConvNet(tiny);
const disposed = tensor1d([1]);
disposed.dispose();
const gone = models.smallConvNet(tiny);
gone.dispose();
const folder = await temp();
const path = (): unknown[] => [folder];
const noPaths = [null, undefined, '', 5, [], {}, disposed, 'a\0b', new URL('http://localhost/x')].map((x) => [x]);
const noSources = [null, 5, 'text', [1, 2], {}, disposed].map((x) => [x]);

const calls: Record<string, Call> = {
  ...{
    dinoMapping: { f: models.dinoMapping, option: 'prefix' },
    maeMapping: { f: models.maeMapping, option: 'prefix' },
  },
  ...{ timmMapping: { f: models.timmMapping, option: 'gridSize' } },
  huggingFaceMapping: { f: models.huggingFaceMapping, option: 'antialias' },
  loadSafetensors: {
    f: models.loadSafetensors,
    first: () => [net, bytes],
    option: 'mapping',
    wrong: [...[null, 5, 'text', [1], {}, disposed, gone].map((x) => [x, bytes]), ...noSources.map(([x]) => [net, x])],
  },
  maeModel: { f: models.maeModel, option: 'decoderDim' },
  projectionHead: { f: models.projectionHead, option: 'hiddenDim', wrong: [[]] },
  readSafetensors: { f: models.readSafetensors, first: () => [bytes], option: 'filter', wrong: noSources },
  resNet18: { f: models.resNet18, option: 'variant' },
  saveSafetensors: {
    f: models.saveSafetensors,
    first: () => [net],
    option: 'dtype',
    wrong: [null, 5, 'text', [1], {}, disposed, gone].map((x) => [x]),
  },
  smallConvNet: { f: models.smallConvNet, option: 'inputShape' },
  vit: { f: models.vit, option: 'patchSize' },
  writeSafetensors: {
    f: models.writeSafetensors,
    first: () => [{}],
    option: 'metadata',
    wrong: [
      null,
      5,
      'text',
      [],
      disposed,
      { a: null },
      { a: 5 },
      { a: disposed },
      { a: { shape: [1], data: [1] } },
    ].map((x) => [x]),
  },
  fileCheckpoint: { f: node.fileCheckpoint, wrong: noPaths },
  nodeFile: { f: node.nodeFile, wrong: noPaths },
  nodeRange: { f: node.nodeRange, wrong: noPaths },
  readCifar: { f: node.readCifar, first: path, option: 'variant', wrong: noPaths },
  readIdx: { f: node.readIdx, first: path, option: 'maxBytes', wrong: noPaths },
  readIdxDataset: { f: node.readIdxDataset, first: path, option: 'maxBytes', wrong: noPaths },
  readImages: { f: node.readImages, first: path, option: 'testFolder', wrong: noPaths.map(([x]) => [x, { size: 2 }]) },
  readNpy: { f: node.readNpy, first: path, option: 'maxBytes', wrong: noPaths },
  readWav: { f: node.readWav, first: path, option: 'outOfRange', wrong: noPaths },
};

async function messageOf(f: Call['f'], args: readonly unknown[]): Promise<string> {
  try {
    const result = await (f as (...all: unknown[]) => unknown)(...args);
    return `no error but ${typeof result}`;
  } catch (error) {
    const { name, message } = error as Error;
    expect(['RangeError', 'ShapeError', 'Error']).toContain(name);
    return message;
  }
}

test('every function of both folders is in the table', () => {
  const all = Object.entries({ ...models, ...node }).filter(([, value]) => typeof value === 'function');
  expect(all.map(([name]) => name).sort()).toEqual(Object.keys(calls).sort());
});

describe.each(Object.entries(calls))('%s', (name, { f, first = () => [], option, wrong = [] }) => {
  if (option !== undefined)
    test('options that are none, or that it does not have', async () => {
      const count = memory().numTensors;
      for (const value of [null, 'text', 5, true, [], disposed, new Float32Array(1)]) {
        expect(await messageOf(f, [...first(), value])).toMatch(
          new RegExp(`^${name}: options must be an object, got [^\n]+\\.$`),
        );
      }
      const typo = `${option.slice(0, -1)}${option.endsWith('x') ? 'y' : 'x'}`;
      for (const bad of [typo, option.toUpperCase()]) {
        expect(await messageOf(f, [...first(), { [bad]: 1 }])).toBe(
          `${name}: options has no '${bad}', did you mean '${option}'?`,
        );
      }
      expect(await messageOf(f, [...first(), { nonsense: 1 }])).toMatch(
        new RegExp(`^${name}: options has no 'nonsense', known are [^\n]*${option}`),
      );
      expect(memory().numTensors).toBe(count);
    });

  if (wrong.length > 0)
    test('arguments of another kind', async () => {
      const count = memory().numTensors;
      for (const args of wrong) {
        const message = await messageOf(f, args);
        expect(message).toMatch(new RegExp(`^${name}: [^\n]* (must|have) [^\n]*got [^\n]+$`));
      }
      expect(memory().numTensors).toBe(count);
    });
});

test.each([
  ['smallConvNet', { inputShape: null }, 'smallConvNet: inputShape must be [height, width, channels], got null.'],
  ['smallConvNet', { inputShape: '4,4,1' }, 'smallConvNet: inputShape must be'],
  [
    'smallConvNet',
    { inputShape: [4, 4] },
    'smallConvNet: length of inputShape must be an integer >= 3 and <= 3, got 2.',
  ],
  ['smallConvNet', { channels: 4 }, 'smallConvNet: channels must be a list of integers, got 4.'],
  ['smallConvNet', { channels: null }, 'smallConvNet: channels must be a list of integers, got null.'],
  ['smallConvNet', { strides: '12' }, 'smallConvNet: strides must be a list of integers, got "12".'],
  ['smallConvNet', { channels: [Number.NaN] }, 'smallConvNet: channels[0] must be an integer >= 1, got NaN.'],
  ['smallConvNet', { seed: 'x' }, 'seed'],
  ['resNet18', { inputShape: 5 }, 'resNet18: inputShape must be'],
  ['resNet18', { variant: 'big' }, "resNet18: variant must be one of 'cifar', 'imagenet', got \"big\"."],
  ['resNet18', { seed: null }, 'seed'],
  ['projectionHead', {}, 'projectionHead: inputDim must be an integer >= 1, got undefined.'],
  ['projectionHead', { inputDim: 4, batchNorm: 'no' }, 'projectionHead: batchNorm must be true or false, got "no".'],
  ['projectionHead', { inputDim: 4, bias: 1 }, 'projectionHead: bias must be true or false, got 1.'],
  ['projectionHead', { inputDim: 4, layers: 0.5 }, 'projectionHead: layers must be an integer >= 1, got 0.5.'],
  ['vit', { size: null }, 'vit: size (height) must be an integer >= 1, got null.'],
  ['vit', { size: 'x' }, 'vit: size (height) must be an integer >= 1, got "x".'],
  ['vit', { size: [4] }, 'vit: size must be a number or [height, width], got [4].'],
  ['vit', { classToken: 1 }, 'vit: classToken must be true or false, got 1.'],
  ['vit', { preset: 'huge' }, "vit: preset must be one of 'tiny', 'small', 'base', got \"huge\"."],
  ['vit', { seed: {} }, 'seed'],
  ['maeModel', { classToken: 'yes' }, 'maeModel: classToken must be true or false, got "yes".'],
  ['maeModel', { decoderDim: 6 }, 'maeModel: decoderDim must be a multiple of 4, got 6.'],
  ['timmMapping', { prefix: 5 }, 'timmMapping: prefix must be a text, got 5.'],
  ['dinoMapping', { gridSize: [1] }, 'dinoMapping: gridSize (columns) must be an integer >= 1, got undefined.'],
  ['maeMapping', { antialias: 'x' }, 'maeMapping: antialias must be true or false, got "x".'],
] as const)('%s of %j', async (name, options, message) => {
  const count = memory().numTensors;
  const got = await messageOf((calls[name] as Call).f, [options]);
  expect(got).toContain(message);
  expect(got).not.toContain('\n');
  expect(memory().numTensors).toBe(count);
});

test('options of the readers, and of safetensors, of another kind', async () => {
  const text = async (f: Call['f'], ...args: unknown[]): Promise<string> => messageOf(f, args);
  expect(await text(models.loadSafetensors, net, bytes, { mapping: 'timm' })).toBe(
    'loadSafetensors: mapping must be one, as timmMapping() makes it, got "timm".',
  );
  expect(await text(models.saveSafetensors, net, { mapping: {} })).toContain('saveSafetensors: mapping must be one');
  expect(await text(models.loadSafetensors, net, bytes, { strict: 'no' })).toContain('strict must be true or false');
  expect(await text(models.readSafetensors, bytes, { filter: 'a' })).toContain('filter must be names or a function');
  expect(await text(models.writeSafetensors, {}, { metadata: 'pt' })).toContain('metadata must hold strings, got "pt"');
  expect(await text(models.saveSafetensors, gone)).toContain(
    'saveSafetensors: model must be in use, got one that is disposed',
  );
  expect(await text(node.readImages, folder)).toContain('readImages: options must be an object, got undefined.');
  for (const size of [undefined, null, '4', [4], [4, 4, 3], {}, 0, 1.5, disposed]) {
    expect(await text(node.readImages, folder, { size })).toMatch(/^readImages: size [^\n]*got [^\n]+\.$/);
  }
  expect(await text(node.readImages, folder, { size: 4, channels: '3' })).toContain('channels must be 1 or 3, got "3"');
  expect(await text(node.readImages, folder, { size: 4, split: 'yes' })).toContain('split must be true or false');
  expect(await text(node.readImages, folder, { size: 4, testFolder: 5 })).toContain('testFolder must be the name of a');
  expect(await text(node.readWav, folder, { outOfRange: 'no' })).toContain('outOfRange must be one of');
  const store = node.fileCheckpoint(`${folder}/x`);
  for (const state of [null, 5, 'text', [], undefined]) {
    expect(await text(() => store.save(state as never))).toMatch(/^fileCheckpoint: state must be an object, got /);
  }
  expect(await text(() => store.save({ x: disposed as Tensor } as never))).toMatch(
    /^fileCheckpoint: state\.x must be /,
  );
});
