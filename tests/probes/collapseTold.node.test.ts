import '@tensorflow/tfjs-backend-wasm';
import {
  add,
  concat,
  dispose,
  mean,
  type Optimizer,
  type Scalar,
  setBackend,
  slice,
  square,
  sub,
  sum,
  type Tensor2D,
  tensor2d,
  tidy,
  train,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { l2Normalize } from '../../src/internal/l2Normalize.js';
import { byolLoss, ntXentLoss, stopGradient, vicRegLoss } from '../../src/losses/index.js';
import { projectionHead } from '../../src/models/index.js';
import {
  type ArrayData,
  type CollapseReport,
  type CollapseReportOptions,
  collapseReport,
} from '../../src/probes/index.js';
import { foldIn, normal, type Seed } from '../../src/random/index.js';
import { registerWasmTraining } from '../../src/wasm/index.js';

const [BATCH, DIM] = [32, 16];

/** Samples around 1, as pixels are, and a little noise. */
function samples(seed: Seed, n: number, noise: Seed): Tensor2D {
  const [own, spoilt] = [normal(seed, n * DIM), normal(noise, n * DIM)];
  return tensor2d(
    own.map((v, i) => 3 + v + 0.3 * (spoilt[i] as number)),
    [n, DIM],
  );
}

/** The two views' squared distance with a gradient in both: what BYOL is without its stop-gradient. */
const pull = (a?: Tensor2D, b?: Tensor2D): Scalar =>
  mean(sum(square(sub(l2Normalize(a as Tensor2D), l2Normalize(b as Tensor2D))), 1));

/** Of the projections and the predictions of both views. */
type Loss = (z: readonly Tensor2D[], p: readonly Tensor2D[]) => Scalar;

/** Trains an encoder with a projection and a prediction head, and reports on the projection before and after. */
async function trained(
  loss: Loss,
  { steps = 30, rate = 1e-2, batchNorm = true } = {},
): Promise<Record<'before' | 'after', CollapseReport>> {
  const sizes = { hiddenDim: 32, outputDim: 32, batchNorm };
  const encoder = projectionHead({ inputDim: DIM, ...sizes, seed: 1 });
  const head = projectionHead({ inputDim: 32, ...sizes, seed: 2 });
  const predictor = projectionHead({ inputDim: 32, ...sizes, seed: 3 });
  const models: LayersModel[] = [encoder, head, predictor];
  const halves = (x: Tensor2D): Tensor2D[] => [0, BATCH].map((from) => slice(x, [from, 0], [BATCH, 32]) as Tensor2D);
  const project = (x: Tensor2D, training: boolean): Tensor2D =>
    head.apply(encoder.apply(x, { training }) as Tensor2D, { training }) as Tensor2D;
  const optimizer: Optimizer = train.adam(rate, 0.9, 0.999, 1e-8);
  const x = samples(99, 128, 98);
  const look = async (options: CollapseReportOptions = {}): Promise<CollapseReport> => {
    const z = tidy(() => project(x, false));
    return collapseReport(z, options).finally(() => z.dispose());
  };
  const before = await look();
  for (let step = 0; step < steps; step++) {
    const views = tidy(() => concat([0, 1].map((i) => samples(foldIn(7, step), BATCH, foldIn(8, 2 * step + i)))));
    const { value, grads } = variableGrads(() => {
      const z = project(views as Tensor2D, true);
      return loss(halves(z), halves(predictor.apply(z, { training: true }) as Tensor2D));
    });
    optimizer.applyGradients(grads);
    dispose([views, value, ...Object.values(grads)]);
  }
  const after = await look({ baseline: before });
  for (const one of [x, optimizer, ...models]) one.dispose();
  return { before, after };
}

describe('collapseReport tells encoders that were trained to collapse from others', () => {
  beforeAll(async () => {
    registerWasmTraining();
    await setBackend('wasm');
  });

  const contrast: Loss = ([a, b]) => ntXentLoss(a as Tensor2D, b as Tensor2D);
  const halted = (p?: Tensor2D, z?: Tensor2D): Scalar => byolLoss(p as Tensor2D, stopGradient(z as Tensor2D));
  const varied: Loss = ([a, b]) => vicRegLoss(a as Tensor2D, b as Tensor2D, { covariance: 0 });

  test.each<[string, Loss, Parameters<typeof trained>[1], CollapseReport['collapse']]>([
    ['negatives', contrast, {}, 'none'],
    ['stop-gradient and predictor', ([a, b], [p, q]) => add(halted(p, b), halted(q, a)), {}, 'none'],
    ['no stop-gradient', ([a, b], [p, q]) => add(pull(p, b), pull(q, a)), { steps: 60, batchNorm: false }, 'complete'],
    ['variances alone', varied, { steps: 50, rate: 0.03 }, 'dimensional'],
    ['negatives at an absurd learning rate', contrast, { rate: 1 }, 'dimensional'],
  ])('%s', async (_, loss, options, expected) => {
    const { before, after } = await trained(loss, options);
    expect([before.collapse, after.collapse]).toEqual(['none', expected]);
    if (expected === 'none') expect(after.featureStd).toBeGreaterThan(before.featureStd);
    else expect(after.sentence).toMatch(/^(Complete|Dimensional) collapse: .* before\)?\.$/);
  });

  test('a large mean is no collapse yet; against a baseline a fall is one', async () => {
    const noise = normal(4, 200 * 32);
    const around = (share: number): ArrayData => ({
      data: noise.map((v, i) => (i % 2 ? 1 : -1) + share * v),
      shape: [200, 32],
    });
    const [wide, narrow, point] = [around(1), around(0.05), around(0.01)];
    const baseline = await collapseReport(wide);
    expect(baseline.collapse).toBe('none');
    expect((await collapseReport(narrow)).collapse).toBe('none');
    expect((await collapseReport(point)).collapse).toBe('complete');
    expect((await collapseReport(narrow, { baseline })).sentence).toBe(
      'Complete collapse: the encoder gives nearly the same vector for every input (spread 4.9 % of an even one, 70 % before).',
    );
    // Strong along 3 of 32 directions, weak along the others: an effective rank between the bounds.
    const few = { data: noise.map((v, i) => (i % 32 < 3 ? 1 : 0.01) * v), shape: [200, 32] };
    expect((await collapseReport(few)).collapse).toBe('none');
    expect((await collapseReport(few, { baseline })).collapse).toBe('dimensional');
    await expect(collapseReport(few, { baseline, samples: 100 })).rejects.toThrow(
      'collapseReport: baseline must be a report of 100 rows of 32 numbers, got 200 rows of 32.',
    );
  });
});
