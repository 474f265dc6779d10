import {
  add,
  concat,
  dispose,
  expandDims,
  getBackend,
  matMul,
  mul,
  ones,
  reshape,
  type Scalar,
  slice,
  softmax,
  stack,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor1d,
  tensor2d,
  tidy,
  valueAndGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import * as losses from '../../src/losses/index.js';
import {
  alignmentLoss,
  barlowTwinsLoss,
  infoNCELoss,
  maskedReconstructionLoss,
  ntXentLoss,
  uniformityLoss,
} from '../../src/losses/index.js';
import { FeatureQueue } from '../../src/momentum/index.js';
import { flat, hold, normals } from '../helpers/index.js';

/** Whether this is a browser, whose software GPU makes every operation dear. */
export const inBrowser = getBackend().startsWith('webg');

type TwoViews = (a: Tensor2D, b: Tensor2D, temperature: number) => Scalar;

/** A loss of two views `[batch, dim]` and a temperature. */
export interface Extreme {
  readonly name: string;
  readonly loss: TwoViews;
  /** Smallest batch that it takes. */
  readonly smallest: number;
  /** Whether rows of any length must do in half precision, too. */
  readonly scaleInvariant: boolean;
  /** Whether it is differentiable in the second view. */
  readonly both: boolean;
}

const row = (name: string, loss: TwoViews, smallest = 1, scaleInvariant = true): Extreme => ({
  name,
  loss: (a, b, temperature) => tidy(() => loss(a, b, temperature)),
  smallest,
  scaleInvariant,
  both: !/^(uniformity|masked|byol|dino|iBot|koLeo|entropy|pseudo|consistency|smooth|color|context|virtual|generator|msn)/.test(
    name,
  ),
});

/** `[batch, cells, 1]` of `[batch, dim]`, and so on. */
const deep = (x: Tensor2D): Tensor3D => expandDims(x, 2) as Tensor3D;
const image = (x: Tensor2D): Tensor4D => reshape(x, [...x.shape, 1, 1]);
const classes = (x: Tensor2D): Tensor1D =>
  tensor1d(
    Array.from({ length: x.shape[0] }, (_, i) => i % 2),
    'int32',
  );

export const extremes: readonly Extreme[] = [
  row('ntXentLoss', (a, b, temperature) => ntXentLoss(a, b, { temperature })),
  row('infoNCELoss', (a, b, temperature) => infoNCELoss(a, b, { temperature })),
  row('infoNCELoss, shared', (a, b, temperature) => infoNCELoss(a, b, { negatives: b, temperature })),
  row('infoNCELoss, own', (a, b, temperature) =>
    tidy(() => {
      const negatives = mul(expandDims(b, 1), ones([1, 3, 1])) as Tensor3D;
      return infoNCELoss(a, b, { negatives, temperature });
    }),
  ),
  row('infoNCELoss, queue', (a, b, temperature) => {
    const queue = new FeatureQueue({ capacity: 3, dim: b.shape[1] });
    queue.enqueue(b);
    const loss = infoNCELoss(a, b, { negatives: queue, temperature });
    queue.dispose();
    return loss;
  }),
  row('barlowTwinsLoss', (a, b) => barlowTwinsLoss(a, b), 2),
  row('alignmentLoss', (a, b) => alignmentLoss(a, b)),
  row('alignmentLoss, alpha 1', (a, b) => alignmentLoss(a, b, { alpha: 1 })),
  row('alignmentLoss, raw', (a, b) => alignmentLoss(a, b, { normalize: false }), 1, false),
  row('uniformityLoss', (a) => uniformityLoss(a), 2),
  row('uniformityLoss, raw', (a) => uniformityLoss(a, { normalize: false }), 2, false),
  row(
    'maskedReconstructionLoss',
    (a, b) =>
      tidy(() => maskedReconstructionLoss(expandDims(a, 2) as Tensor3D, expandDims(b, 2) as Tensor3D, ones(a.shape))),
    1,
    false,
  ),
  row(
    'maskedReconstructionLoss, nothing hidden',
    (a, b) =>
      tidy(() => maskedReconstructionLoss(expandDims(a, 2) as Tensor3D, expandDims(b, 2) as Tensor3D, zeros(a.shape))),
    1,
    false,
  ),
  row(
    'maskedReconstructionLoss, normalised',
    (a, b) =>
      tidy(() => {
        const twice = (x: Tensor2D): Tensor3D => expandDims(concat([x, x], 1), 1) as Tensor3D;
        const mask = ones([a.shape[0], 1]) as Tensor2D;
        return maskedReconstructionLoss(twice(a), twice(b), mask, { normalizePatches: true });
      }),
    1,
    false,
  ),
  row('ntXentLoss, chunks', (a, b, temperature) => ntXentLoss(a, b, { temperature, chunkSize: 3 })),
  row('infoNCELoss, chunks', (a, b, temperature) => infoNCELoss(a, b, { temperature, chunkSize: 2 })),
  row('clipLoss', (a, b, temperature) => losses.clipLoss(a, b, { logitScale: 1 / temperature })),
  row('clipLoss, chunks', (a, b, temperature) => losses.clipLoss(a, b, { logitScale: 1 / temperature, chunkSize: 2 })),
  row('sigLipLoss', (a, b, temperature) => losses.sigLipLoss(a, b, { logitScale: 1 / temperature, logitBias: -5 })),
  row('supConLoss', (a, b, temperature) => losses.supConLoss(stack([a, b], 1) as Tensor3D, null, { temperature })),
  row('supConLoss, labels', (a, b, temperature) =>
    losses.supConLoss(stack([a, b], 1) as Tensor3D, classes(a), { temperature, contrastMode: 'one', chunkSize: 3 }),
  ),
  row(
    'supConLoss, raw',
    (a, b, temperature) => losses.supConLoss(add<Tensor2D>(a, b), classes(a), { temperature, normalize: false }),
    1,
    false,
  ),
  row('decoupledContrastiveLoss', (a, b, temperature) => losses.decoupledContrastiveLoss(a, b, { temperature }), 2),
  row(
    'decoupledContrastiveLoss, weighted',
    (a, b, temperature) => losses.decoupledContrastiveLoss(a, b, { temperature, weighted: true, sigma: temperature }),
    2,
  ),
  row('nceLoss', (a, b, temperature) => losses.nceLoss(a, b, { temperature, negatives: stack([a, b], 1) as Tensor3D })),
  row('nceLoss, negatives', (a, b, temperature) =>
    losses.nceLoss(a, b, { temperature, negatives: b, logNormalizer: 3 }),
  ),
  row('co2Loss', (a, b, temperature) => losses.co2Loss(a, b, { temperature })),
  ...([1, 2, 3] as const).map((p) =>
    row(`tripletLoss, p ${p}`, (a, b) => losses.tripletLoss(a, b, a, { p }), 1, false),
  ),
  row('tripletLoss, swap', (a, b) => losses.tripletLoss(a, b, b, { swap: true, epsilon: 0 }), 1, false),
  row('contrastiveMarginLoss', (a, b) => losses.contrastiveMarginLoss(a, b, classes(a)), 1, false),
  row('vicRegLoss', (a, b) => losses.vicRegLoss(a, b), 2, false),
  row(
    'vicRegLLoss',
    (a, b) => {
      const [x, y] = [image(a), image(b)];
      return losses.vicRegLLoss(a, b, x, y, concat([x, x], 3) as Tensor4D, concat([y, y], 3) as Tensor4D, {
        matches: 2,
      });
    },
    2,
    false,
  ),
  row('wMseLoss, one column', (a, b) => losses.wMseLoss(slice(a, [0, 0], [-1, 1]), slice(b, [0, 0], [-1, 1])), 2),
  row('wMseLoss, shrunk', (a, b) => losses.wMseLoss(a, b, { epsilon: 0.01 }), 2, false),
  row('mmcrLoss', (a, b) => losses.mmcrLoss(expandDims(a, 1) as Tensor3D, expandDims(b, 1) as Tensor3D, { lambda: 1 })),
  row(
    'mmcrLoss, raw',
    (a, b) => losses.mmcrLoss(stack([a, b], 1) as Tensor3D, null, { lambda: 1, normalize: false }),
    1,
    false,
  ),
  row('ticoLoss', (a, b) => losses.ticoLoss(a, b, { covariance: losses.updateCovariance(null, b) })),
  row('koLeoLoss', (a) => losses.koLeoLoss(a), 2),
  row('negativeCosineLoss', (a, b) => losses.negativeCosineLoss(a, b)),
  row('byolLoss', (a, b) => losses.byolLoss(a, b)),
  row(
    'dinoLoss',
    (a, b, temperature) =>
      losses.dinoLoss([a, b], [b, a], {
        studentTemperature: temperature,
        teacherTemperature: temperature,
        center: losses.updateCenter(null, [a, b]),
      }),
    1,
    false,
  ),
  row(
    'iBotLoss',
    (a, b, temperature) =>
      losses.iBotLoss(expandDims(a, 1) as Tensor3D, expandDims(b, 1) as Tensor3D, ones([a.shape[0], 1]), {
        studentTemperature: temperature,
      }),
    1,
    false,
  ),
  row('msnLoss', (a, b, temperature) => losses.msnLoss(a, b, b, { temperature })),
  row(
    'swavLoss',
    (a, b, temperature) =>
      losses.swavLoss([a, b], [losses.sinkhorn(a, { epsilon: 0.005 }), losses.sinkhorn(b, { iterations: 0 })], {
        temperature,
      }),
    1,
    false,
  ),
  row('smoothL1Loss', (a, b) => losses.smoothL1Loss(a, b), 1, false),
  row('smoothL1Loss, normalised', (a, b) => losses.smoothL1Loss(a, b, { normalizeTarget: true, beta: 0.1 }), 1, false),
  row('maskedL1Loss', (a, b) => losses.maskedL1Loss(deep(a), deep(b), ones(a.shape)), 1, false),
  row(
    'maskedL1Loss, nothing hidden',
    (a, b) => losses.maskedL1Loss(image(a), image(b), zeros([a.shape[0], 1, 1])),
    1,
    false,
  ),
  row(
    'maskedCrossEntropyLoss',
    (a) =>
      losses.maskedCrossEntropyLoss(expandDims(a, 1) as Tensor3D, expandDims(classes(a), 1), ones([a.shape[0], 1])),
    1,
    false,
  ),
  row(
    'colorCrossEntropyLoss',
    (a, b) =>
      losses.colorCrossEntropyLoss(
        reshape(a, [1, 1, ...a.shape]),
        softmax(reshape(b, [1, 1, ...b.shape])),
        ones([a.shape[1]]),
      ),
    1,
    false,
  ),
  row('contextEncoderLoss', (a, b) => losses.contextEncoderLoss(image(a), image(b), a, { overlap: 0 }), 1, false),
  ...(['nonSaturating', 'hinge', 'leastSquares'] as const).flatMap((kind) => [
    row(`discriminatorLoss, ${kind}`, (a, b) => losses.discriminatorLoss(a, b, { kind }), 1, false),
    row(`generatorLoss, ${kind}`, (a) => losses.generatorLoss(a, { kind, real: a }), 1, false),
  ]),
  row('countingLoss', (a, b) => losses.countingLoss(a, expandDims(b, 1) as Tensor3D, b), 1, false),
  row('skipGramLoss', (a, b) => losses.skipGramLoss(a, b, stack([a, b], 1) as Tensor3D), 1, false),
  row('pseudoLabelLoss', (a) => losses.pseudoLabelLoss(a), 1, false),
  row('consistencyLoss', (a, b) => losses.consistencyLoss(a, b, { threshold: 0, temperature: 0.01 }), 1, false),
  row('consistencyLoss, hard', (a, b) => losses.consistencyLoss(a, b, { labels: 'hard' }), 1, false),
  row('entropyLoss', (a) => losses.entropyLoss(a), 1, false),
  row(
    'virtualAdversarialLoss',
    (a) => {
      const model = (x: Tensor2D): Tensor2D => matMul(expandDims(sum(x, 1), 1), tensor2d([[1, -1, 2]])) as Tensor2D;
      return losses.virtualAdversarialLoss(model, a, 1);
    },
    1,
    false,
  ),
];

/** Inputs that break careless code, by name; mostly of one shape, for which a GPU compiles its programs once. */
const inputs: Readonly<Record<string, (dim: number) => readonly [Tensor2D, Tensor2D]>> = {
  'one sample': (dim) => [normals(1, [1, dim]), normals(2, [1, dim])],
  'two samples': (dim) => [normals(1, [2, dim]), normals(2, [2, dim])],
  'a zero row': (dim) => [
    hold(tidy(() => concat([zeros([1, dim]), normals(1, [5, dim])]) as Tensor2D)),
    normals(2, [6, dim]),
  ],
  zeros: (dim) => [hold(zeros([6, dim])), hold(zeros([6, dim]))],
  'identical rows': (dim) => [hold(ones([6, dim])), hold(ones([6, dim]))],
  'identical views': (dim) => [normals(1, [6, dim]), normals(1, [6, dim])],
  'opposite views': (dim) => [normals(1, [6, dim]), hold(tidy(() => mul(normals<Tensor2D>(1, [6, dim]), -1)))],
  large: (dim) => [normals(1, [6, dim], 1e4), normals(2, [6, dim], 1e4)],
  small: (dim) => [normals(1, [6, dim], 1e-4), normals(2, [6, dim], 1e-4)],
  mixed: (dim) => [normals(1, [6, dim], 1e4), normals(2, [6, dim], 1e-4)],
};

/** The inputs at which a loss is tried: rows of length 1 and 4, or on a software GPU fewer, mostly of length 4. */
export function givenInputs(): readonly (readonly [kind: string, given: readonly Tensor2D[]])[] {
  const kinds = Object.entries(inputs).filter(([kind]) => !inBrowser || !/views|mixed/.test(kind));
  return kinds.flatMap(([kind, make]) => {
    const dims = !inBrowser ? [1, 4] : kind === 'two samples' ? [1] : [4];
    return dims.map((dim) => [`${kind}, dim ${dim}`, make(dim)] as const);
  });
}

/** Checks that value and gradient are finite. */
export async function expectFinite(
  { loss, both }: Extreme,
  given: readonly Tensor2D[],
  t: number,
  kind: string,
): Promise<void> {
  const [a, b] = given as [Tensor2D, Tensor2D];
  const f = (x: Tensor, y: Tensor = b): Scalar => loss(x as Tensor2D, y as Tensor2D, t);
  const { value, grads } = tidy(() => valueAndGrads(f)(both ? [a, b] : [a]));
  const results = [value, ...grads];
  const numbers = await Promise.all(results.map(flat));
  for (const [i, found] of numbers.entries()) {
    const name = i === 0 ? 'value' : `gradient ${i}`;
    expect(
      found.every(Number.isFinite),
      `${name} for ${kind} at temperature ${t} is finite: ${found.slice(0, 6)}`,
    ).toBe(true);
  }
  dispose(results);
}
