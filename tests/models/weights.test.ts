import {
  gather,
  getBackend,
  mean,
  type Scalar,
  square,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tensor,
  tensor2d,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { maskedReconstructionLoss } from '../../src/losses/index.js';
import {
  loadSafetensors,
  maeMapping,
  maeModel,
  readSafetensors,
  saveSafetensors,
  timmMapping,
  vit,
} from '../../src/models/index.js';
import { patchify } from '../../src/pretext/index.js';
import { AdamW } from '../../src/training/index.js';
import { expectClose, hold, onEveryBackend } from '../helpers/index.js';
import expected from './fixtures/expected.json' with { type: 'json' };

const files = import.meta.glob<string>('./fixtures/*.safetensors', {
  query: '?url&inline',
  import: 'default',
  eager: true,
});

/** Bytes of a file that make.py wrote. */
async function fixture(name: string): Promise<ArrayBuffer> {
  return (await fetch(files[`./fixtures/${name}.safetensors`] as string)).arrayBuffer();
}

/** The images of make.py. */
function images(size: number): Tensor {
  const values = Float32Array.from({ length: 2 * size * size * 3 }, (_, i) => ((i * 7919) % 1009) / 1009);
  return hold(tensor(values, [2, size, size, 3]));
}

const SIZES = { size: 16, patchSize: 4, dim: 24, depth: 2, heads: 3 } as const;
const node = !getBackend().startsWith('webg');

onEveryBackend('weights of PyTorch', () => {
  test('a masked autoencoder computes the same, and learns the same', async () => {
    const { encoder, decoder, features } = maeModel({ ...SIZES, decoderDim: 16, decoderDepth: 1, decoderHeads: 2 });
    const bytes = await fixture('mae');
    await loadSafetensors([encoder, decoder], bytes, { mapping: maeMapping() });
    const idsKeep = hold(tensor2d(expected.idsKeep, undefined, 'int32'));
    const idsRestore = hold(tensor2d(expected.idsRestore, undefined, 'int32'));
    const x = images(16);
    const mask = hold(tensor2d(expected.idsRestore.map((row) => row.map((rank) => (rank >= 4 ? 1 : 0)))));
    const target = hold(patchify(x as never, 4));
    const loss = (): Scalar => {
      const latent = encoder.apply([x, idsKeep]) as Tensor;
      const prediction = decoder.apply([latent, idsRestore]) as Tensor3D;
      return maskedReconstructionLoss(prediction, target, mask, { normalizePatches: true });
    };
    await expectClose(hold(encoder.apply([x, idsKeep]) as Tensor), expected.latent.data, { atol: 1e-4 });
    if (node) {
      await expectClose(hold(tidy(loss)), expected.loss, { rtol: 1e-4 });
      await stepMatches([encoder, decoder], loss, 'mae-step', expected.lossAfter);
    }
    for (const model of [encoder, decoder, features]) model.dispose();
  });
  test.runIf(node)(
    'a vision transformer computes the same tokens, at another size too, and learns the same',
    async () => {
      const bytes = await fixture('vit');
      const mapping = timmMapping({ antialias: false });
      const model = vit({ ...SIZES, classes: 3 });
      await loadSafetensors(model, bytes, { mapping });
      const x = images(16);
      await expectClose(hold(model.apply(x) as Tensor), expected.logits.data, { atol: 1e-4 });
      await stepMatches([model], () => mean(square(model.apply(x) as Tensor2D)), 'vit-step');
      model.dispose();
      const all = vit({ ...SIZES, pool: 'none' });
      await loadSafetensors(all, new Blob([bytes]), { mapping });
      const tokens = hold(tidy(() => gather(all.apply(x) as Tensor, [0, 1, 16], 1)));
      await expectClose(tokens, expected.tokens.data, { atol: 1e-4 });
      all.dispose();
      const larger = vit({ ...SIZES, size: 24 });
      await loadSafetensors(larger, bytes, { mapping });
      await expectClose(hold(larger.apply(images(24)) as Tensor), expected.resized.data, { atol: 1e-4 });
      larger.dispose();
    },
  );
});

/** Takes a step of AdamW and compares all weights, written under their names, with those that PyTorch had after the same step. */
async function stepMatches(models: LayersModel[], loss: () => Scalar, file: string, after?: number): Promise<void> {
  const optimizer = new AdamW({
    learningRate: 0.01,
    beta2: 0.95,
    epsilon: 1e-4,
    weightDecay: 0.05,
    noDecay: (variable: Variable) => variable.rank <= 1 || variable.name.startsWith('positions'),
  });
  const { value, grads } = variableGrads(loss);
  optimizer.applyGradients(grads);
  for (const x of [value, ...Object.values(grads)]) x.dispose();
  optimizer.dispose();
  const own = await readSafetensors(await saveSafetensors(models, { mapping: maeMapping() }));
  const theirs = await readSafetensors(await fixture(file));
  expect(own.entries).toEqual(theirs.entries);
  for (const [name, { data }] of Object.entries(theirs.tensors)) {
    await expectClose(own.tensors[name]?.data as Float32Array, data as Float32Array, { atol: 1e-4, rtol: 0 });
  }
  if (after !== undefined) await expectClose(hold(tidy(loss)), after, { rtol: 1e-4 });
}
