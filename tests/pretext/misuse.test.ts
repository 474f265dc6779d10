import { type Tensor, tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import * as p from '../../src/pretext/index.js';
import { onEveryBackend } from '../helpers/index.js';
import { expectMisuseIsNamed, type RightCall, uncovered } from '../helpers/misuse.js';

const f = (...shape: number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 0.5 + 0.5 * Math.sin(i * i + 1)),
    shape,
  );
const x = (): Tensor => f(2, 16, 16, 3);
const clips = (): Tensor => f(2, 8, 16, 16, 3);
const ids = (): Tensor => tensor2d([[1, 2, 3, 4, 5, 6]], [1, 6], 'int32');

/** Those that take plain arrays, too. */
const arrays = [
  'cbowTask',
  'clusterTask',
  'colorPrior',
  'colorWeights',
  'kMeans',
  'maskedTokensTask',
  'pca',
  'skipGramTask',
];

/** Tasks of one tensor and options. */
const plain = (
  [
    ['autoencodingTask', x, null],
    ['boundaries', () => zeros([2, 8, 8], 'int32'), {}],
    ['cbowTask', ids, {}],
    ['colorPrior', x, {}],
    ['colorWeights', () => f(4), {}],
    ['colorizationTask', x, { target: 'ab' }],
    ['contourTask', x, {}],
    ['decodeColors', () => f(2, 4, 4, p.gamutBins().length), {}],
    ['encodeColors', () => f(2, 4, 4, 2), {}],
    ['frameInterpolationTask', clips, {}],
    ['framePredictionTask', clips, {}],
    ['movingForegroundTask', clips, {}],
    ['patchGridTask', x, { patchSize: 8 }],
    ['pca', () => f(6, 3), {}],
    ['relativeDepthTask', () => f(2, 16, 16, 2), {}],
    ['saliencyTask', x, {}],
    ['splitBrainTask', x, null],
    ['superResolutionTask', x, {}],
  ] as const
).map(
  ([name, data, options]): RightCall => ({
    name,
    call: Reflect.get(p, name) as RightCall['call'],
    args: () => (options === null ? [data()] : [data(), options]),
    ...(arrays.includes(name) ? { lists: [0] } : {}),
    ...(options === null ? {} : { options: 1, optional: name !== 'patchGridTask' }),
  }),
);

/** Tasks of one tensor, a seed and options. */
const seeded = (
  [
    ['arrowOfTimeTask', clips, {}],
    ['clusterTask', () => f(6, 3), { clusters: 2 }],
    ['countingTask', x, {}],
    ['denoisingTask', x, {}],
    ['egomotionTask', x, {}],
    ['frameOrderTask', clips, {}],
    ['frameSortingTask', clips, {}],
    ['geometricTransformTask', x, {}],
    ['inpaintingTask', x, {}],
    ['jigsawTask', () => f(2, 48, 48, 3), {}],
    ['kMeans', () => f(6, 3), { clusters: 2 }],
    ['maskedPatchesTask', x, { patchSize: 4 }],
    ['maskedTokensTask', ids, { vocabularySize: 10, maskToken: 9 }],
    ['multiBlockMaskTask', () => f(2, 96, 96, 3), { patchSize: 8 }],
    ['noiseAsTargetsTask', () => f(6, 3), {}],
    ['patchTrackingTask', () => f(2, 8, 48, 48, 3), { patchSize: 8 }],
    ['playbackSpeedTask', () => f(2, 32, 8, 8, 3), {}],
    ['relativePositionTask', () => f(2, 96, 96, 3), { patchSize: 16, gap: 4, jitter: 2 }],
    ['rotationTask', x, { turns: 'one' }],
    ['skipGramTask', ids, { counts: [1, 1, 1, 1, 1, 1, 1, 1] }],
  ] as const
).map(
  ([name, data, options]): RightCall => ({
    name,
    call: Reflect.get(p, name) as RightCall['call'],
    args: () => [data(), 1, options],
    ...(arrays.includes(name) ? { lists: [0] } : {}),
    options: 2,
    seed: 1,
    optional: !['clusterTask', 'kMeans', 'maskedPatchesTask', 'maskedTokensTask', 'multiBlockMaskTask'].includes(name),
  }),
);

const calls: readonly RightCall[] = [
  ...plain,
  ...seeded,
  {
    name: 'audioVisualTask',
    call: p.audioVisualTask,
    args: () => [f(3, 8, 8, 8, 3), f(3, 64), 1, {}],
    options: 3,
    seed: 2,
  },
  {
    name: 'flowCorrespondenceTask',
    call: p.flowCorrespondenceTask,
    args: () => [x(), f(2, 16, 16, 2), 1, {}],
    options: 3,
    seed: 2,
  },
  {
    name: 'binMotion',
    call: p.binMotion,
    args: () => [f(2, 4, 4), f(2, 4, 4), { translation: [-1, 1], rotation: [-9, 9] }],
    options: 2,
    optional: false,
  },
  { name: 'multiTask', call: p.multiTask as RightCall['call'], args: () => [{ one: () => ({}) }, {}], options: 1 },
  {
    name: 'kMeans from centers',
    call: p.kMeans,
    args: () => [f(6, 3), 1, { initialCenters: f(2, 3) }],
    lists: [0],
  },
  {
    name: 'noiseAsTargetsTask with targets',
    call: p.noiseAsTargetsTask,
    args: () => [f(6, 3), 1, { targets: f(6, 3) }],
  },
  {
    name: 'uniformClusterSampler',
    call: p.uniformClusterSampler,
    args: () => [tensor([0, 1, 1], [3], 'int32'), 1, {}],
    options: 2,
    seed: 1,
    lists: [0],
  },
  { name: 'gamutBins', call: p.gamutBins, args: () => [{}], options: 0 },
  {
    name: 'hammingPermutations',
    call: p.hammingPermutations,
    args: () => [{ tiles: 4, count: 4 }, 1],
    options: 0,
    seed: 1,
    optional: false,
  },
  { name: 'maskTokens', call: p.maskTokens, args: () => [f(2, 4, 3), f(2, 4), {}], options: 2 },
  { name: 'patchify', call: p.patchify, args: () => [x(), 4] },
  { name: 'unpatchify', call: p.unpatchify, args: () => [f(2, 16, 48), 4, [16, 16]] },
];

onEveryBackend('misuse of pretext tasks', () => {
  test('every export has a call', () => {
    const others = [
      'binMotion',
      'frameOrders',
      'minHammingDistance',
      'permutationSet',
      'multiTask',
      'uniformClusterSampler',
    ];
    expect(uncovered(p, [...calls, ...others.map((name) => ({ name }))])).toEqual([]);
  });
  describe.each(calls)('$name', (right) => {
    test('says which argument is wrong before it makes a tensor', () => expectMisuseIsNamed(right));
  });
});
