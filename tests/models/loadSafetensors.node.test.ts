import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { memory, setBackend, type Tensor2D } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { resizePositions } from '../../src/layers/index.js';
import {
  dinoMapping,
  huggingFaceMapping,
  loadSafetensors,
  maeMapping,
  maeModel,
  readSafetensors,
  type SafetensorsTensor,
  saveSafetensors,
  smallConvNet,
  timmMapping,
  vit,
  type WeightMapping,
  writeSafetensors,
} from '../../src/models/index.js';
import { expectClose } from '../helpers/index.js';

const SIZES = { size: 8, patchSize: 4, dim: 8, depth: 2, heads: 2 } as const;
const DECODER = { decoderDim: 12, decoderDepth: 1, decoderHeads: 2 } as const;

/** All weights, one after the other. */
function numbers(...models: LayersModel[]): number[] {
  return models.flatMap((one) => one.getWeights().flatMap((weight) => Array.from(weight.dataSync())));
}

/** The same file under other names. */
async function renamed(
  bytes: Uint8Array,
  rename: (name: string, tensor: SafetensorsTensor) => [string, SafetensorsTensor][],
) {
  const { tensors } = await readSafetensors(bytes);
  return writeSafetensors(Object.fromEntries(Object.entries(tensors).flatMap(([name, x]) => rename(name, x))));
}

beforeAll(async () => {
  await setBackend('cpu');
});

describe('loadSafetensors and saveSafetensors', () => {
  const mappings: readonly (readonly [string, WeightMapping])[] = [
    ['timm', timmMapping()],
    ['DINO', dinoMapping({ prefix: 'teacher.backbone.' })],
    ['MAE', maeMapping()],
    ['Hugging Face', huggingFaceMapping()],
  ];
  test.each(mappings)('%s: what was saved is loaded, the classifier too', async (_, mapping) => {
    const [a, b] = [vit({ ...SIZES, classes: 3, seed: 1 }), vit({ ...SIZES, classes: 3, seed: 2 })];
    const bytes = await saveSafetensors(a, { mapping });
    const before = memory().numTensors;
    const { loaded, missing, unexpected } = await loadSafetensors(b, bytes, { mapping: { ...mapping } });
    expect(memory().numTensors).toBe(before);
    expect(loaded).toHaveLength(a.weights.length);
    expect([...missing, ...unexpected]).toEqual([]);
    expect(numbers(b)).toEqual(numbers(a));
    expect((await readSafetensors(bytes, { filter: [] })).metadata).toEqual({ format: 'pt' });
    a.dispose();
    b.dispose();
  });
  test('names of the libraries', async () => {
    const names = async (models: LayersModel | LayersModel[], mapping: WeightMapping): Promise<string[]> =>
      Object.keys((await readSafetensors(await saveSafetensors(models, { mapping }), { filter: [] })).entries).sort();
    const { encoder, decoder, features } = maeModel({ ...SIZES, ...DECODER, depth: 1 });
    const dense = (name: string): string[] => [`${name}.bias`, `${name}.weight`];
    expect(await names([encoder, decoder], huggingFaceMapping())).toEqual(
      [
        ...['cls_token', 'position_embeddings'].map((name) => `vit.embeddings.${name}`),
        ...dense('vit.embeddings.patch_embeddings.projection'),
        ...dense('vit.layernorm'),
        ...['decoder.mask_token', 'decoder.decoder_pos_embed'],
        ...['decoder_embed', 'decoder_norm', 'decoder_pred'].flatMap((name) => dense(`decoder.${name}`)),
        ...['vit.encoder.layer.0', 'decoder.decoder_layers.0'].flatMap((block) =>
          [
            ...['query', 'key', 'value'].map((name) => `attention.attention.${name}`),
            ...['attention.output.dense', 'intermediate.dense', 'output.dense', 'layernorm_before', 'layernorm_after'],
          ].flatMap((name) => dense(`${block}.${name}`)),
        ),
      ].sort(),
    );
    const scaled = vit({ ...SIZES, depth: 1, layerScale: 0.1 });
    expect(await names(scaled, dinoMapping({ prefix: 'module.' }))).toEqual(
      [
        'module.cls_token',
        'module.pos_embed',
        ...[
          'patch_embed.proj',
          'norm',
          ...['norm1', 'attn.qkv', 'attn.proj', 'norm2', 'mlp.fc1', 'mlp.fc2'].map((name) => `blocks.0.${name}`),
        ].flatMap((name) => dense(`module.${name}`)),
        'module.blocks.0.ls1.gamma',
        'module.blocks.0.ls2.gamma',
      ].sort(),
    );
    for (const one of [encoder, decoder, features, scaled]) one.dispose();
  });
  test('Hugging Face: queries, keys and values apart are the rows of timm’s one matrix, with vit. or without', async () => {
    const [a, b] = [vit({ ...SIZES, seed: 1 }), vit({ ...SIZES, seed: 2 })];
    const names: Record<string, string> = {
      cls_token: 'embeddings.cls_token',
      pos_embed: 'embeddings.position_embeddings',
      'patch_embed.proj': 'embeddings.patch_embeddings.projection',
      norm: 'layernorm',
      norm1: 'layernorm_before',
      norm2: 'layernorm_after',
      'attn.proj': 'attention.output.dense',
      'mlp.fc1': 'intermediate.dense',
      'mlp.fc2': 'output.dense',
    };
    const bytes = await renamed(await saveSafetensors(a, { mapping: timmMapping() }), (name, x) => {
      const [, block = '', own = name, end = ''] = /^(?:blocks\.(\d)\.)?(.*?)(\.weight|\.bias)?$/.exec(name) ?? [];
      const start = block === '' ? '' : `encoder.layer.${block}.`;
      if (own !== 'attn.qkv') return [[`${start}${names[own]}${end}`, x]];
      const data = x.data as Float32Array;
      const third = data.length / 3;
      return ['query', 'key', 'value'].map((part, i) => [
        `${start}attention.attention.${part}${end}`,
        { ...x, shape: [8, ...x.shape.slice(1)], data: data.slice(i * third, (i + 1) * third) },
      ]);
    });
    const { tensors } = await readSafetensors(bytes);
    const pooler = { 'pooler.dense.bias': { shape: [8], data: new Float32Array(8) } };
    const { unexpected } = await loadSafetensors(b, writeSafetensors({ ...tensors, ...pooler }), {
      mapping: huggingFaceMapping(),
    });
    expect(unexpected).toEqual([]);
    expect(numbers(b)).toEqual(numbers(a));
    a.dispose();
    b.dispose();
  });
  test('positions shrink as each library does it: timm averages, the others do not', async () => {
    const [large, small] = [vit({ ...SIZES, size: 24, seed: 1 }), vit({ ...SIZES, seed: 2 })];
    const place = (one: LayersModel): Tensor2D => one.getLayer('positions').getWeights()[0] as Tensor2D;
    for (const [mapping, antialias] of [
      [timmMapping(), true],
      [maeMapping(), false],
      [dinoMapping(), false],
      [huggingFaceMapping(), false],
    ] as const) {
      await loadSafetensors(small, await saveSafetensors(large, { mapping }), { mapping });
      const expected = resizePositions(place(large), 6, 2, { classToken: true, antialias });
      await expectClose(place(small), expected);
      expected.dispose();
    }
    large.dispose();
    small.dispose();
  });
  test('a whole checkpoint: the teacher’s backbone is found, the rest left alone; a prefix chooses the student', async () => {
    const [teacher, student, own] = [1, 2, 3].map((seed) => vit({ ...SIZES, seed })) as [
      LayersModel,
      LayersModel,
      LayersModel,
    ];
    const parts = await Promise.all(
      [teacher, student].map(async (one, i) => {
        const prefix = i === 0 ? 'teacher.backbone.' : 'student.module.backbone.';
        return (await readSafetensors(await saveSafetensors(one, { mapping: dinoMapping({ prefix }) }))).tensors;
      }),
    );
    const head = { 'teacher.head.mlp.0.weight': { shape: [1], data: Float32Array.of(1) } };
    const bytes = writeSafetensors({ ...parts[0], ...parts[1], ...head });
    await loadSafetensors(own, bytes, { mapping: dinoMapping() });
    expect(numbers(own)).toEqual(numbers(teacher));
    await loadSafetensors(own, bytes, { mapping: dinoMapping({ prefix: 'student.module.backbone.' }) });
    expect(numbers(own)).toEqual(numbers(student));
    const twice = await renamed(bytes, (name, x) => [[name.replace('teacher', 'other'), x]]);
    await expect(loadSafetensors(own, twice, { mapping: dinoMapping() })).rejects.toThrow(
      /mapping must have a prefix, the file has 'other.backbone.', 'student.module.backbone.'/,
    );
    for (const one of [teacher, student, own]) one.dispose();
  });
  test('an encoder takes a file with a decoder, reads no byte of that, and adds the class token’s position', async () => {
    const [a, b] = [maeModel({ ...SIZES, ...DECODER, seed: 1 }), maeModel({ ...SIZES, ...DECODER, seed: 2 })];
    const bytes = await saveSafetensors([a.encoder, a.decoder], { mapping: maeMapping() });
    let read = 0;
    const slice = async (start: number, end: number): Promise<ArrayBuffer> => {
      read += end - start;
      return bytes.slice(start, end).buffer;
    };
    await loadSafetensors(b.features, { size: bytes.length, slice }, { mapping: maeMapping() });
    expect(numbers(b.encoder)).toEqual(numbers(a.encoder));
    expect(numbers(b.decoder)).not.toEqual(numbers(a.decoder));
    const { entries } = await readSafetensors(bytes, { filter: [] });
    const decoder = Object.entries(entries).filter(([name]) => /^decoder|^mask/.test(name));
    const rest = decoder.reduce((sum, [, { shape }]) => sum + 4 * shape.reduce((p, n) => p * n, 1), 0);
    expect(rest).toBeGreaterThan(1000);
    expect(read).toBeLessThanOrEqual(bytes.length - rest + 4 * 5 * 8); // the positions once more, for the class token
    const moved = await renamed(bytes, (name, x) => {
      const data = (x.data as Float32Array).slice();
      if (name === 'pos_embed') data.fill(0.5, 0, 8);
      return [[name, { ...x, data }]];
    });
    await loadSafetensors([b.encoder, b.decoder], moved, { mapping: maeMapping() });
    const token = (one: LayersModel): number[] => numbers(one).slice(48 * 8 + 8, 48 * 8 + 16);
    expect(token(b.encoder)).toEqual(token(a.encoder).map((value) => Math.fround(value + 0.5)));
    expect(numbers(b.decoder)).toEqual(numbers(a.decoder));
    // A model whose class token has a position keeps both apart.
    const tuned = vit({ ...SIZES, seed: 3 });
    await loadSafetensors(tuned, moved, { mapping: maeMapping() });
    expect(token(tuned)).toEqual(token(a.encoder));
    expect(numbers(tuned).slice(48 * 8 + 16, 48 * 8 + 24)).toEqual(new Array(8).fill(0.5));
    const backward = await saveSafetensors(tuned, { mapping: maeMapping() });
    for (const [name, x] of Object.entries((await readSafetensors(backward)).tensors)) {
      expect((await readSafetensors(moved, { filter: [name] })).tensors[name]).toEqual(x);
    }
    for (const one of [...Object.values(a), ...Object.values(b), tuned]) (one as LayersModel).dispose();
  });
  test('without a mapping: any model, in another process too; half precision rounds', async () => {
    const options = { inputShape: [8, 8, 3], channels: [4, 8], strides: [1, 2] } as const;
    const [a, b] = [smallConvNet({ ...options, seed: 1 }), smallConvNet({ ...options, seed: 2 })];
    const bytes = await saveSafetensors(a);
    const { entries, metadata } = await readSafetensors(bytes, { filter: [] });
    expect(Object.keys(entries)).toContain('conv2d_1/kernel');
    expect(metadata).toEqual({});
    await loadSafetensors(b, bytes);
    expect(numbers(b)).toEqual(numbers(a));
    const half = await saveSafetensors(a, { dtype: 'F16' });
    expect(half.length).toBeLessThan(0.7 * bytes.length);
    await loadSafetensors(b, half);
    await expectClose(numbers(b), numbers(a), { rtol: 2 ** -11, atol: 1e-7 });
    a.dispose();
    b.dispose();
  });
  test('a model inside a model, and layers that share a name', async () => {
    const wrap = (seed: number): LayersModel => {
      const inner = smallConvNet({ inputShape: [8, 8, 3], channels: [4], strides: [1], seed });
      const x = input({ shape: [8, 8, 3] });
      return model({
        inputs: x,
        outputs: layers.dense({ units: 2, name: 'top' }).apply(inner.apply(x)) as SymbolicTensor,
      });
    };
    const [a, b] = [wrap(1), wrap(2)];
    const bytes = await saveSafetensors(a);
    expect(Object.keys((await readSafetensors(bytes, { filter: [] })).entries)).toContain('top/kernel');
    await loadSafetensors(b, bytes);
    expect(numbers(b)).toEqual(numbers(a));
    const [c, d] = [vit(SIZES), vit(SIZES)];
    await expect(saveSafetensors([c, d])).rejects.toThrow(
      /saveSafetensors: every weight must have a name of its own, got patches\/kernel, .* and \d+ more twice/,
    );
    for (const one of [a, b, c, d]) one.dispose();
  });
  test('what does not fit is listed, and changes nothing', async () => {
    const own = vit({ ...SIZES, seed: 1 });
    const before = numbers(own);
    const mapping = timmMapping();
    const bytes = await saveSafetensors(own, { mapping });
    const other = async (options: object): Promise<Uint8Array> => {
      const one = vit({ ...SIZES, seed: 2, ...options });
      const saved = await saveSafetensors(one, { mapping });
      one.dispose();
      return saved;
    };
    const load = (file: Uint8Array | Promise<Uint8Array>, options: object = {}) =>
      Promise.resolve(file).then((source) => loadSafetensors(own, source, { mapping, ...options }));
    await expect(load(other({ dim: 16 }))).rejects.toThrow(
      /patch_embed.proj.weight must have shape \[8, 3, 4, 4\] for patches\/kernel, got \[16, 3, 4, 4\]; .*blocks.0.attn.qkv.weight must have shape \[24, 8\]/,
    );
    await expect(load(other({ patchSize: 2 }))).rejects.toThrow(
      /patch_embed.proj.weight must have shape \[8, 3, 4, 4\]/,
    );
    await expect(load(other({ depth: 1 }))).rejects.toThrow(
      /the file lacks blocks.1.norm1.weight, .* and 2 more \(strict/,
    );
    await expect(load(other({ depth: 3 }))).rejects.toThrow(/the model has no place for blocks.2.attn.proj.bias/);
    await expect(load(other({ classToken: false }))).rejects.toThrow(/pos_embed has no row for the class token/);
    const nameless = async (file: Promise<Uint8Array>): Promise<Uint8Array> =>
      writeSafetensors((await readSafetensors(await file)).tensors); // as other libraries write it
    await expect(load(nameless(other({ size: [8, 12] })))).rejects.toThrow(
      /pos_embed must have shape of a square grid \(or give the mapping a gridSize\)/,
    );
    await expect(load(other({ size: [8, 12] }), { mapping: timmMapping({ gridSize: [2, 4] }) })).rejects.toThrow(
      /of a grid 2 x 4/,
    );
    await expect(load(writeSafetensors({ x: { shape: [1], data: Float32Array.of(1) } }))).rejects.toThrow(
      /the file must have a tensor patch_embed.proj.weight, it has x/,
    );
    await expect(load(bytes, { mapping: undefined })).rejects.toThrow(/the file lacks patches\/kernel, /);
    const whole = await renamed(bytes, (name, x) => [
      [name, name === 'norm.bias' ? { ...x, dtype: 'I32', data: new Int32Array(8) } : x],
    ]);
    await expect(load(whole)).rejects.toThrow(/norm.bias must hold floats, got I32/);
    await expect(loadSafetensors(null as never, bytes)).rejects.toThrow(/model must be a LayersModel, got null/);
    expect(numbers(own)).toEqual(before);
    // With strict off, the rest is loaded and the difference told.
    const less = await load(other({ depth: 1 }), { strict: false });
    expect(less.missing).toHaveLength(12);
    expect(less.loaded).toHaveLength(own.weights.length - 12);
    expect((await load(other({ depth: 3 }), { strict: false })).unexpected).toHaveLength(12);
    await load(other({ size: [8, 12] }), { mapping: timmMapping({ gridSize: [2, 3] }) });
    expect(numbers(own)).not.toEqual(before);
    const net = smallConvNet({ inputShape: [8, 8, 3], channels: [4], strides: [1] });
    await expect(saveSafetensors(net, { mapping })).rejects.toThrow(
      /saveSafetensors: the mapping has no names for conv2d_0\/kernel/,
    );
    await expect(saveSafetensors(net, { dtype: 'F8' as 'F16' })).rejects.toThrow(/dtype must be one of/);
    net.dispose();
    own.dispose();
  });
});
