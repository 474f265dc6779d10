import {
  add,
  concat,
  dispose,
  io,
  mean,
  mul,
  type Scalar,
  slice,
  square,
  sub,
  type Tensor,
  tensor,
  tensor2d,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { trainableVariables } from '../../src/internal/modelState.js';
import { registerLayers } from '../../src/layers/index.js';
import { maeModel, vit } from '../../src/models/index.js';
import { unpatchify } from '../../src/pretext/index.js';
import { expectClose, expectKept, flat, hold, onEveryBackend, uniforms } from '../helpers/index.js';

const SMALL = { size: [4, 6], patchSize: 2, channels: 1, dim: 8, depth: 1, heads: 2 } as const; // 2 x 3 patches of 4 numbers
const MAE = { ...SMALL, decoderDim: 4, decoderDepth: 1, decoderHeads: 2 } as const;

const ids = (rows: number[][]): Tensor => hold(tensor2d(rows, undefined, 'int32'));

/** A model saved and loaded. */
async function reload(model: LayersModel): Promise<LayersModel> {
  let saved: io.ModelArtifacts | undefined;
  await model.save(
    io.withSaveHandler(async (artifacts) => {
      saved = { ...artifacts, modelTopology: JSON.parse(JSON.stringify(artifacts.modelTopology)) };
      return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
    }),
  );
  return loadLayersModel(io.fromMemory(saved as io.ModelArtifacts));
}

/** Every trainable weight of the models has a gradient. */
async function expectLearning(loss: () => Scalar, ...models: LayersModel[]): Promise<void> {
  const { value, grads } = variableGrads(loss, trainableVariables(...models));
  for (const [name, gradient] of Object.entries(grads)) {
    expect(Math.max(...(await flat(gradient)).map(Math.abs)), name).toBeGreaterThan(0);
  }
  dispose([value, ...Object.values(grads)]);
}

onEveryBackend('transformers', () => {
  test('vit: saved and loaded, tensors kept, every weight learns', async () => {
    registerLayers();
    const model = vit({ ...SMALL, dropPath: 0.2, layerScale: 0.1, classes: 3, seed: 1 });
    const x = uniforms(1, [2, 4, 6, 1]);
    const y = hold(model.apply(x) as Tensor);
    expect(y.shape).toEqual([2, 3]);
    const loaded = await reload(model);
    await expectClose(hold(loaded.apply(x) as Tensor), y, { atol: 0, rtol: 0 });
    expectKept(1, () => model.apply(x, { training: true, seed: 4 }) as Tensor);
    await expectLearning(() => mean(square(model.apply(x) as Tensor)) as Scalar, model);
    for (const one of [model, loaded]) one.dispose();
  });

  test('maeModel: what is hidden does not count, what is kept does, order is restored, features see all', async () => {
    registerLayers();
    const { encoder, decoder, features } = maeModel(MAE);
    const x = uniforms(1, [2, 4, 6, 1]);
    const idsKeep = ids([
      [4, 0],
      [1, 2],
    ]);
    const latent = hold(encoder.apply([x, idsKeep]) as Tensor);
    expect(latent.shape).toEqual([2, 3, 8]);

    // One number of each patch changes: of the hidden ones, then of the first sample's patch 4.
    const moved = async (patches: number[][]): Promise<number[]> => {
      const change = hold(unpatchify(hold(tensor(patches.map((p) => p.map((v) => [v, 0, 0, 0])))) as never, 2, [4, 6]));
      return flat(hold(sub(hold(encoder.apply([hold(add(x, change)), idsKeep]) as Tensor), latent)));
    };
    const hidden = await moved([
      [0, 1, 1, 1, 0, 1],
      [1, 0, 0, 1, 1, 1],
    ]);
    expect(hidden.every((v) => v === 0)).toBe(true);
    const kept = await moved([
      [0, 0, 0, 0, 1, 0],
      [0, 0, 0, 0, 0, 0],
    ]);
    expect(kept.slice(0, 24).every((v) => v !== 0)).toBe(true);
    expect(kept.slice(24).every((v) => v === 0)).toBe(true);

    // All patches in order are what `features` sees; in another order the tokens change places.
    const order = [3, 5, 0, 1, 4, 2];
    const all = hold(
      encoder.apply([
        x,
        ids([
          [0, 1, 2, 3, 4, 5],
          [0, 1, 2, 3, 4, 5],
        ]),
      ]) as Tensor,
    );
    const pooled = hold(mean(hold(slice(all, [0, 1, 0], [-1, -1, -1])), 1));
    await expectClose(hold(features.apply(x) as Tensor), pooled);
    const turned = hold(encoder.apply([x, ids([order, order])]) as Tensor);
    const places = [0, ...order.map((patch) => patch + 1)];
    const expected = hold(
      concat(
        places.map((place) => hold(slice(all, [0, place, 0], [-1, 1, -1]))),
        1,
      ),
    );
    await expectClose(turned, expected);

    // The decoder undoes the order of the latent, whatever it is.
    const straight = hold(
      decoder.apply([
        all,
        ids([
          [0, 1, 2, 3, 4, 5],
          [0, 1, 2, 3, 4, 5],
        ]),
      ]) as Tensor,
    );
    const back = order.map((_, patch) => order.indexOf(patch));
    await expectClose(hold(decoder.apply([turned, ids([back, back])]) as Tensor), straight);
    expect(straight.shape).toEqual([2, 6, 4]);
    for (const model of [encoder, decoder, features]) model.dispose();
  });

  test('maeModel: saved and loaded, tensors kept, every weight learns', async () => {
    registerLayers();
    const { encoder, decoder, features } = maeModel({ ...MAE, pool: 'class', seed: 3 });
    const x = uniforms(1, [2, 4, 6, 1]);
    const [idsKeep, idsRestore] = [
      ids([[4], [1]]),
      ids([
        [3, 1, 2, 4, 0, 5],
        [1, 0, 2, 3, 4, 5],
      ]),
    ];
    const latent = hold(encoder.apply([x, idsKeep]) as Tensor);
    for (const [model, inputs] of [
      [encoder, [x, idsKeep]],
      [decoder, [latent, idsRestore]],
      [features, x],
    ] as [LayersModel, Tensor | Tensor[]][]) {
      const loaded = await reload(model);
      const expected = hold(model.apply(inputs) as Tensor);
      await expectClose(hold(loaded.apply(inputs) as Tensor), expected, { atol: 0, rtol: 0 });
      expectKept(1, () => model.apply(inputs, { training: true }) as Tensor);
      loaded.dispose();
    }
    const loss = (): Scalar => {
      const seen = encoder.apply([x, idsKeep], { training: true }) as Tensor;
      const predicted = decoder.apply([seen, idsRestore], { training: true }) as Tensor;
      return mean(square(mul(predicted, 10))) as Scalar;
    };
    await expectLearning(loss, encoder, decoder);
    for (const model of [encoder, decoder, features]) model.dispose();
  });
});
