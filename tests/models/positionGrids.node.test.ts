import '@tensorflow/tfjs-backend-cpu';
import { setBackend, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { type GridSize, resizePositions } from '../../src/layers/index.js';
import {
  dinoMapping,
  huggingFaceMapping,
  type LoadSafetensorsOptions,
  loadSafetensors,
  maeMapping,
  maeModel,
  readSafetensors,
  saveSafetensors,
  timmMapping,
  type VitOptions,
  vit,
  type WeightMapping,
  writeSafetensors,
} from '../../src/models/index.js';

beforeAll(async () => {
  await setBackend('cpu');
});

const DIM = 8;
const of = (grid: readonly [number, number], options: VitOptions = {}): LayersModel =>
  vit({ size: [grid[0] * 4, grid[1] * 4], patchSize: 4, dim: DIM, depth: 1, heads: 2, seed: 1, ...options });
const positionsOf = async (model: LayersModel, name = 'positions'): Promise<Float32Array> =>
  (await model.getLayer(name).getWeights()[0]?.data()) as Float32Array;

/** A file without metadata, as other libraries write it. */
async function nameless(bytes: Uint8Array): Promise<Uint8Array> {
  return writeSafetensors((await readSafetensors(bytes)).tensors);
}

/** What the positions of a model of one grid become in one of another; first row for the class token. */
async function resized(values: Float32Array, from: GridSize, to: GridSize, classToken: boolean, antialias: boolean) {
  const x = tensor2d(values.slice(), [values.length / DIM, DIM]);
  const y = resizePositions(x as Tensor2D, from, to, { classToken, antialias });
  const data = await y.data();
  x.dispose();
  y.dispose();
  return data as Float32Array;
}

const SQUARE = [4, 4] as const;
const mappings: readonly (readonly [string, WeightMapping | undefined])[] = [
  ['no mapping', undefined],
  ['timm', timmMapping()],
  ['DINO', dinoMapping()],
  ['MAE', maeMapping()],
  ['Hugging Face', huggingFaceMapping()],
];

describe.each(mappings)('%s', (_, mapping) => {
  const options = mapping === undefined ? {} : { mapping };
  const antialias = mapping?.antialias ?? false;
  async function load(
    from: LayersModel,
    to: LayersModel,
    more: LoadSafetensorsOptions = {},
    strip = false,
  ): Promise<Float32Array> {
    const bytes = await saveSafetensors(from, options);
    await loadSafetensors(to, strip ? await nameless(bytes) : bytes, { ...options, ...more });
    return positionsOf(to);
  }

  test.each([
    [SQUARE, [2, 8]],
    [SQUARE, [8, 2]],
    [[2, 8], SQUARE],
    [
      [2, 8],
      [8, 2],
    ],
    [
      [2, 8],
      [4, 4],
    ],
    [
      [1, 16],
      [2, 8],
    ],
    [
      [2, 3],
      [3, 2],
    ],
    [
      [3, 4],
      [2, 6],
    ],
    [
      [1, 1],
      [2, 8],
    ],
    [SQUARE, [3, 5]],
  ] as const)(
    'a file of %j becomes one of %j, fixed positions and such without a class token too',
    async (from, to) => {
      for (const more of [{}, { classToken: false }, { positions: 'sineCosine' }] as VitOptions[]) {
        const [a, b] = [of(from, more), of(to, { ...more, seed: 2 })];
        const expected = await resized(await positionsOf(a), from, to, more.classToken !== false, antialias);
        expect(await load(a, b)).toEqual(expected);
        for (const model of [a, b]) model.dispose();
      }
    },
  );

  test.each([SQUARE, [2, 8], [8, 2], [2, 3], [1, 7]] as const)(
    'a file of %j comes back bit for bit',
    async (...grid) => {
      const [a, b] = [of(grid as unknown as [number, number]), of(grid as unknown as [number, number], { seed: 2 })];
      expect(await load(a, b)).toEqual(await positionsOf(a));
      for (const model of [a, b]) model.dispose();
    },
  );

  test('a file that names no grid is square if it can be, or an error; gridSize tells', async () => {
    const [square, wide, narrow] = [of(SQUARE), of([2, 8], { seed: 2 }), of([1, 7], { seed: 3 })];
    const [from, flat] = [await positionsOf(square), await positionsOf(wide)];
    const to = of([3, 5]);
    expect(await load(square, to, {}, true)).toEqual(await resized(from, 4, [3, 5], true, antialias));
    expect(await load(wide, to, {}, true)).toEqual(await resized(flat, 4, [3, 5], true, antialias));
    expect(await load(wide, to, { gridSize: [2, 8] }, true)).toEqual(
      await resized(flat, [2, 8], [3, 5], true, antialias),
    );
    await expect(load(narrow, to, {}, true)).rejects.toThrow('of a square grid');
    await expect(load(narrow, of([1, 7]), {}, true)).rejects.toThrow('of a square grid');
    expect(await load(narrow, of([1, 7]), { gridSize: [1, 7] }, true)).toEqual(await positionsOf(narrow));
    await expect(load(narrow, to, { gridSize: 7 }, true)).rejects.toThrow('of a grid 7 x 7');
    await expect(load(square, to, { gridSize: [2, 2] })).rejects.toThrow('of a grid 2 x 2');
    await expect(load(square, to, { gridSize: 0 })).rejects.toThrow(
      'loadSafetensors: gridSize (rows) must be an integer >= 1, got 0.',
    );
    const other = of([2, 8], { seed: 4 });
    if (mapping === undefined) {
      // An old file of ours may be of either grid.
      await expect(load(square, other, {}, true)).rejects.toThrow(
        'positions/positions names no grid, it may be 4 x 4 or 2 x 8 (gridSize tells)',
      );
      expect(await load(square, other, { gridSize: 4 }, true)).toEqual(await resized(from, 4, [2, 8], true, false));
    } else expect(await load(square, other, {}, true)).toEqual(await resized(from, 4, [2, 8], true, antialias));
    for (const model of [square, wide, narrow, to, other]) model.dispose();
  });
});

test('the decoder of an autoencoder too', async () => {
  const sizes = { patchSize: 4, dim: DIM, depth: 1, heads: 2, decoderDim: DIM, decoderDepth: 1, decoderHeads: 2 };
  const [a, b] = [maeModel({ ...sizes, size: 16 }), maeModel({ ...sizes, size: [8, 32] })];
  for (const options of [{}, { mapping: maeMapping() }]) {
    await loadSafetensors([b.encoder, b.decoder], await saveSafetensors([a.encoder, a.decoder], options), options);
    const from = await positionsOf(a.decoder, 'decoder_positions');
    expect(await positionsOf(b.decoder, 'decoder_positions')).toEqual(await resized(from, 4, [2, 8], true, false));
    expect(await positionsOf(b.encoder)).toEqual(await resized(await positionsOf(a.encoder), 4, [2, 8], false, false));
  }
  for (const model of [...Object.values(a), ...Object.values(b)]) (model as LayersModel).dispose();
});

test('what a file says of grids is checked', async () => {
  const model = of(SQUARE);
  const { tensors } = await readSafetensors(await saveSafetensors(model));
  const file = (grids: string): Uint8Array => writeSafetensors(tensors, { metadata: { 'selfsup.grids': grids } });
  for (const grids of [
    '',
    '[]',
    'null',
    '{"positions/positions":4}',
    '{"positions/positions":[0,4]}',
    '['.repeat(1e6),
  ]) {
    const error: Error = await loadSafetensors(model, file(grids)).then(
      () => expect.fail('should throw'),
      (e: Error) => e,
    );
    expect(error.message).toMatch(
      /^loadSafetensors: metadata selfsup.grids must hold \[rows, columns\] by tensor, got [^\n]*$/,
    );
  }
  await expect(loadSafetensors(model, file('{"positions/positions":[5,5]}'))).rejects.toThrow('of a grid 5 x 5');
  const kept = await saveSafetensors(model, { metadata: { a: 'b' } });
  expect((await readSafetensors(kept, { filter: [] })).metadata).toEqual({
    a: 'b',
    'selfsup.grids': '{"positions/positions":[4,4]}',
  });
  model.dispose();
});
