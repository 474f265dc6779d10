import { scalar, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import * as losses from '../../src/losses/index.js';
import { onEveryBackend } from '../helpers/index.js';
import { expectMisuseIsNamed, type RightCall, uncovered } from '../helpers/misuse.js';

const f = (...shape: number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * i + 1)),
    shape,
  );
const ints = (...shape: number[]): Tensor => zeros(shape, 'int32');
const two = (): Tensor[] => [f(4, 3), f(4, 3)];

/** Calls of two views with options. */
const pairs = (
  [
    'alignmentLoss',
    'barlowTwinsLoss',
    'barlowTwinsTerms',
    'clipLoss',
    'co2Loss',
    'consistencyLoss',
    'crossCorrelation',
    'decoupledContrastiveLoss',
    'discriminatorLoss',
    'infoNCELogits',
    'infoNCELoss',
    'ntXentLoss',
    'sigLipLoss',
    'smoothL1Loss',
    'ticoLoss',
    'ticoTerms',
    'vicRegLoss',
    'vicRegTerms',
  ] as const
).map(
  (name): RightCall => ({
    name,
    call: Reflect.get(losses, name) as RightCall['call'],
    args: () => [...two(), {}],
    options: 2,
  }),
);

const crops = (): Tensor[] => [f(4, 3), f(4, 3), f(4, 3)];
const local = (): Tensor[] => [...two(), f(4, 2, 2, 3), f(4, 2, 2, 3), f(4, 2, 2, 2), f(4, 2, 2, 2)];

const calls: readonly RightCall[] = [
  ...pairs,
  { name: 'byolLoss', call: losses.byolLoss, args: two },
  { name: 'negativeCosineLoss', call: losses.negativeCosineLoss, args: two },
  { name: 'chanceLoss', call: losses.chanceLoss, args: () => ['ntXent', { batch: 4 }], options: 1 },
  { name: 'clipLoss with a scale', call: losses.clipLoss, args: () => [...two(), { logitScale: scalar(2) }] },
  {
    name: 'sigLipLoss with scalars',
    call: losses.sigLipLoss,
    args: () => [...two(), { logitScale: scalar(2), logitBias: scalar(1) }],
  },
  { name: 'co2Loss with negatives', call: losses.co2Loss, args: () => [...two(), { negatives: f(5, 3) }] },
  { name: 'infoNCELoss with negatives', call: losses.infoNCELoss, args: () => [...two(), { negatives: f(5, 3) }] },
  {
    name: 'infoNCELoss with own negatives',
    call: losses.infoNCELoss,
    args: () => [...two(), { negatives: f(4, 5, 3) }],
  },
  { name: 'infoNCELogits with negatives', call: losses.infoNCELogits, args: () => [...two(), { negatives: f(5, 3) }] },
  { name: 'ticoLoss with a state', call: losses.ticoLoss, args: () => [...two(), { covariance: f(3, 3) }] },
  { name: 'ticoTerms with a state', call: losses.ticoTerms, args: () => [...two(), { covariance: f(3, 3) }] },
  { name: 'generatorLoss', call: losses.generatorLoss, args: () => [f(4), { real: f(4) }], options: 1 },
  { name: 'wMseLoss', call: losses.wMseLoss, args: () => [...two(), {}], options: 2 },
  { name: 'whiten', call: losses.whiten, args: () => [f(4, 3), {}], options: 1 },
  {
    name: 'colorCrossEntropyLoss',
    call: losses.colorCrossEntropyLoss,
    args: () => [f(2, 2, 2, 3), f(2, 2, 2, 3), f(3)],
    nullable: [2],
  },
  {
    name: 'contextEncoderLoss',
    call: losses.contextEncoderLoss,
    args: () => [f(2, 9, 9, 3), f(2, 9, 9, 3), f(4), {}],
    options: 3,
    nullable: [2],
  },
  {
    name: 'contextEncoderTerms',
    call: losses.contextEncoderTerms,
    args: () => [f(2, 9, 9, 3), f(2, 9, 9, 3), f(4), {}],
    options: 3,
  },
  {
    name: 'contrastiveMarginLoss',
    call: losses.contrastiveMarginLoss,
    args: () => [...two(), ints(4), {}],
    options: 3,
  },
  { name: 'countingLoss', call: losses.countingLoss, args: () => [f(4, 3), f(4, 2, 3), f(4, 3), {}], options: 3 },
  { name: 'countingTerms', call: losses.countingTerms, args: () => [f(4, 3), f(4, 2, 3), f(4, 3), {}], options: 3 },
  { name: 'dinoLoss', call: losses.dinoLoss, args: () => [crops(), two(), { center: f(3) }], options: 2 },
  { name: 'entropyLoss', call: losses.entropyLoss, args: () => [f(4, 3)] },
  {
    name: 'iBotLoss',
    call: losses.iBotLoss,
    args: () => [f(2, 4, 3), f(2, 4, 3), f(2, 4), { center: f(3) }],
    options: 3,
  },
  { name: 'koLeoLoss', call: losses.koLeoLoss, args: () => [f(4, 3), {}], options: 1 },
  {
    name: 'maskedCrossEntropyLoss',
    call: losses.maskedCrossEntropyLoss,
    args: () => [f(2, 4, 3), ints(2, 4), f(2, 4)],
  },
  { name: 'maskedL1Loss', call: losses.maskedL1Loss, args: () => [f(2, 4, 4, 3), f(2, 4, 4, 3), f(2, 2, 2)] },
  {
    name: 'maskedReconstructionLoss',
    call: losses.maskedReconstructionLoss,
    args: () => [f(2, 4, 3), f(2, 4, 3), f(2, 4), {}],
    options: 3,
  },
  { name: 'mmcrLoss', call: losses.mmcrLoss, args: () => [f(4, 2, 3), f(4, 2, 3), {}], options: 2, nullable: [1] },
  { name: 'mmcrTerms', call: losses.mmcrTerms, args: () => [f(4, 2, 3), f(4, 2, 3), {}], options: 2, nullable: [1] },
  { name: 'msnLoss', call: losses.msnLoss, args: () => [f(4, 3), f(2, 3), f(5, 3), {}], options: 3 },
  { name: 'msnTerms', call: losses.msnTerms, args: () => [f(4, 3), f(2, 3), f(5, 3), {}], options: 3 },
  { name: 'mutualInformationBound', call: losses.mutualInformationBound, args: () => [scalar(1), 4], numbers: [0] },
  {
    name: 'nceLoss',
    call: losses.nceLoss,
    args: () => [...two(), { negatives: f(5, 3), logNormalizer: scalar(1) }],
    options: 2,
    optional: false,
  },
  {
    name: 'nceNormalizer',
    call: losses.nceNormalizer,
    args: () => [...two(), { negatives: f(5, 3) }],
    options: 2,
    optional: false,
  },
  { name: 'pseudoLabelLoss', call: losses.pseudoLabelLoss, args: () => [f(4, 3), {}], options: 1 },
  { name: 'sinkhorn', call: losses.sinkhorn, args: () => [f(4, 3), {}], options: 1 },
  { name: 'skipGramLoss', call: losses.skipGramLoss, args: () => [f(4, 3), f(4, 3), f(4, 2, 3)] },
  { name: 'stopGradient', call: losses.stopGradient as RightCall['call'], args: () => [f(4, 3)] },
  { name: 'supConLoss', call: losses.supConLoss, args: () => [f(4, 2, 3), ints(4), {}], options: 2, nullable: [1] },
  { name: 'swavLoss', call: losses.swavLoss, args: () => [crops(), two(), {}], options: 2 },
  {
    name: 'tripletLoss',
    call: losses.tripletLoss,
    args: () => [f(4, 3), f(4, 3), f(4, 3), {}],
    options: 3,
  },
  { name: 'uniformityLoss', call: losses.uniformityLoss, args: () => [f(4, 3), {}], options: 1 },
  {
    name: 'updateCenter',
    call: losses.updateCenter,
    args: () => [f(3), f(4, 3), {}],
    options: 2,
    nullable: [0],
  },
  { name: 'updateCenter with a list', call: losses.updateCenter, args: () => [f(3), two(), {}], nullable: [0] },
  {
    name: 'updateCovariance',
    call: losses.updateCovariance,
    args: () => [f(3, 3), f(4, 3), {}],
    options: 2,
    nullable: [0],
  },
  { name: 'vicRegLLoss', call: losses.vicRegLLoss, args: () => [...local(), {}], options: 6 },
  { name: 'vicRegLTerms', call: losses.vicRegLTerms, args: () => [...local(), {}], options: 6 },
  {
    name: 'virtualAdversarialLoss',
    call: losses.virtualAdversarialLoss as RightCall['call'],
    args: () => [(x: Tensor) => x, f(4, 3), 1, {}],
    options: 3,
    seed: 2,
  },
];

onEveryBackend('misuse of losses', () => {
  test('every loss has a call', () => {
    expect(uncovered(losses, calls)).toEqual([]);
  });
  describe.each(calls)('$name', (right) => {
    test('says which argument is wrong before it makes a tensor', () => expectMisuseIsNamed(right));
  });
  test('flags are true or false; lists and optional tensors are no other thing', () => {
    const [a, b] = two() as [Tensor, Tensor];
    const wrong = (value: unknown): never => value as never;
    for (const [call, message] of [
      [
        () => losses.uniformityLoss(a, { normalize: wrong('no') }),
        'uniformityLoss: normalize must be true or false, got "no"',
      ],
      [() => losses.tripletLoss(a, b, a, { swap: wrong(0) }), 'tripletLoss: swap must be true or false, got 0'],
      [() => losses.dinoLoss(wrong(a), [b]), 'dinoLoss: student must be a list of tensors, got float32 [4,3]'],
      [() => losses.dinoLoss([a, wrong(null)], [b]), 'dinoLoss: student[1] must be a tensor, got null'],
      [() => losses.dinoLoss([a, a], [b], { center: wrong(0) }), 'dinoLoss: center must be a tensor, got 0'],
      [() => losses.mmcrLoss(a, wrong(false)), 'mmcrLoss: online must have shape'],
      [() => losses.supConLoss(a, wrong('')), 'supConLoss: labels must be a tensor, got ""'],
      [
        () => losses.infoNCELoss(a, b, { negatives: wrong(false) }),
        'infoNCELoss: negatives must be a tensor, got false',
      ],
      [
        () => losses.infoNCELoss(a, b, { negatives: wrong([b]) }),
        'infoNCELoss: negatives must be a tensor, got [float32 [4,3]]',
      ],
      [() => losses.clipLoss(a, b, { logitScale: wrong(null) }), 'clipLoss: logitScale must be'],
      [() => losses.virtualAdversarialLoss(wrong(a), a, 1), 'virtualAdversarialLoss: model must be a function'],
    ] as const)
      expect(call).toThrow(message);
    a.dispose();
    b.dispose();
  });
});
