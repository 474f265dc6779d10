import { grads, type Scalar, type Tensor, variableGrads } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { LayerNorm } from '../../src/layers/index.js';
import {
  dinoLoss,
  iBotLoss,
  infoNCELoss,
  ntXentLoss,
  sinkhorn,
  supConLoss,
  updateCenter,
  vicRegTerms,
  virtualAdversarialLoss,
} from '../../src/losses/index.js';
import { kMeans } from '../../src/pretext/index.js';
import { foldIn } from '../../src/random/index.js';
import { colorJitter, multiCrop } from '../../src/transforms/index.js';

/** Never called: it compiles, which `npm run types` checks. */
function compiles(model: LayersModel, x: Tensor, y: Tensor): unknown[] {
  const both = grads((a, b) => ntXentLoss(a, b))([x, y]);
  const crops = [x, y].map((view) => model.predict(view));
  return [
    ntXentLoss(model.predict(x), model.predict(y), { temperature: 0.2 }),
    infoNCELoss(model.predict(x), model.predict(y), { negatives: model.predict(x) }),
    supConLoss(model.predict(x), y),
    iBotLoss(model.predict(x), model.predict(y), y),
    dinoLoss(crops, crops, { center: updateCenter(x, crops) }),
    sinkhorn(model.predict(x)),
    vicRegTerms(both[0] as Tensor, x),
    virtualAdversarialLoss((input) => model.predict(input), x, foldIn(1, 2)),
    variableGrads((): Scalar => ntXentLoss(model.predict(x), model.predict(y))),
    // @ts-expect-error -- a misspelt option
    ntXentLoss(x, y, { temprature: 0.1 }),
    // @ts-expect-error -- a list of numbers is no tensor
    ntXentLoss([[1, 2]], y),
    // @ts-expect-error -- a misspelt option
    colorJitter({ brightnes: 0.1 }),
    // @ts-expect-error -- a misspelt option
    colorJitter().apply(x, {}, { interpolaton: 'nearest' }),
    // @ts-expect-error -- a misspelt option of a group of crops
    multiCrop({ crops: [{ count: 2, size: 8, scal: [0.1, 1] }] }),
    // @ts-expect-error -- a misspelt option
    kMeans([[1]], 1, { cluster: 2 }),
    // @ts-expect-error -- a misspelt option
    new LayerNorm({ epsilom: 1 }),
  ];
}

test('losses take what models and gradients give, without casts', () => expect(compiles).toBeTypeOf('function'));
