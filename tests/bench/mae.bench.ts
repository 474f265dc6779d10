import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-wasm';
import {
  randomUniform,
  ready,
  type Scalar,
  setBackend,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor2d,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { trainableVariables } from '../../src/internal/modelState.js';
import { maskedReconstructionLoss } from '../../src/losses/index.js';
import { maeModel } from '../../src/models/index.js';
import { patchify } from '../../src/pretext/index.js';
import { foldIn, permutation } from '../../src/random/index.js';
import { registerWasmTraining } from '../../src/wasm/index.js';
import { compare, report } from './harness.js';
import type { Backend } from './options.js';

const [BATCH, SIZE, PATCH] = [64, 32, 4];
const TOKENS = (SIZE / PATCH) ** 2;

/** Ids as a masking task gives them: a drawn order of the patches, of which the first are kept. */
function masks(kept: number): { idsKeep: Tensor2D; idsRestore: Tensor2D; mask: Tensor2D } {
  const orders = Array.from({ length: BATCH }, (_, i) => Array.from(permutation(foldIn(1, i), TOKENS)));
  const restore = orders.map((order) => {
    const back = new Array<number>(TOKENS);
    order.forEach((patch, place) => {
      back[patch] = place;
    });
    return back;
  });
  return {
    idsKeep: tensor2d(
      orders.map((order) => order.slice(0, kept)),
      [BATCH, kept],
      'int32',
    ),
    idsRestore: tensor2d(restore, [BATCH, TOKENS], 'int32'),
    mask: tensor2d(restore.map((back) => back.map((place) => (place < TOKENS / 4 ? 0 : 1)))),
  };
}

export const backends: readonly Backend[] = ['wasm'];

/** A training step of a masked autoencoder at 75 % masking against the step that sees every patch. */
export async function bench(): Promise<void> {
  registerWasmTraining();
  await setBackend('wasm');
  await ready();
  const images = randomUniform<Tensor4D['rankType']>([BATCH, SIZE, SIZE, 3]);
  const targets = patchify(images, PATCH);
  for (const depth of [6, 12]) {
    const { encoder, decoder, features } = maeModel({ size: SIZE, patchSize: PATCH, dim: 192, depth });
    const variables = trainableVariables(encoder, decoder);
    const step = (kept: number): (() => Tensor[]) => {
      const { idsKeep, idsRestore, mask } = masks(kept);
      const loss = (): Scalar => {
        const latent = encoder.apply([images, idsKeep], { training: true }) as Tensor;
        const predicted = decoder.apply([latent, idsRestore], { training: true }) as Tensor3D;
        return maskedReconstructionLoss(predicted, targets, mask, { normalizePatches: true });
      };
      return () => {
        const { value, grads } = variableGrads(loss, variables);
        return [value, ...Object.values(grads)];
      };
    };
    const t = compare({ masked: step(TOKENS / 4), whole: step(TOKENS) }, { rounds: 5, warmUp: 1 });
    const name = `MAE step, ${BATCH} images of ${SIZE}, patches of ${PATCH}, width 192, depth ${depth}`;
    console.log(`${name}: unmasked ${t.whole.toFixed(0)} ms`);
    report('  75 % masked / unmasked', t.masked, t.whole, 0.4);
    for (const model of [encoder, decoder, features]) model.dispose();
  }
}
