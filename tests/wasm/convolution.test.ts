import {
  conv2d,
  conv2dTranspose,
  conv3d,
  depthwiseConv2d,
  fused,
  grad,
  grads,
  separableConv2d,
  sum,
  type Tensor,
  type Tensor4D,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectClose, expectKept, normals } from '../helpers/index.js';
import { convolve, explicitAxis, sameAxis } from './reference.js';
import { expectGradients, forAll, onWasm, type Pad, pads, pairs, sizes } from './support.js';

const cases = fc.record({
  batch: sizes(1, 3),
  size: pairs(6, 10),
  taps: pairs(1, 4),
  stride: pairs(1, 3),
  from: sizes(1, 9),
  to: sizes(1, 17),
  pad: pads,
  seed: fc.nat(1000),
});

onWasm('convolution', () => {
  test('conv2d has the right gradients for any stride, padding and channels', () =>
    forAll(cases, async ({ batch, size, taps, stride, from, to, pad, seed }) => {
      const inputs = [normals(seed, [batch, ...size, from]), normals(seed + 1, [...taps, from, to])];
      await expectGradients((x, w) => conv2d(x as Tensor4D, w as Tensor4D, stride, pad), inputs);
    }));

  test('conv2d has the right gradients for any dilation', () =>
    forAll(
      fc.tuple(cases, pairs(1, 2)),
      async ([{ batch, size, taps, from, to, pad, seed }, gaps]) => {
        const shape = size.map((n, i) => n + 2 * (taps[i] as number)) as [number, number];
        const inputs = [normals(seed, [batch, ...shape, from]), normals(seed + 1, [...taps, from, to])];
        await expectGradients((x, w) => conv2d(x as Tensor4D, w as Tensor4D, 1, pad, 'NHWC', gaps), inputs);
      },
      25,
    ));

  test('windows over several chunks, and a 1 x 1 convolution', async () => {
    const [x, w] = [normals(1, [1, 24, 26, 64]), normals(2, [3, 3, 64, 8])];
    await expectGradients((f) => conv2d(x as Tensor4D, f as Tensor4D, 1, 'same'), [w]);
    const each = normals(3, [3, 3, 64, 1]);
    await expectGradients((f) => depthwiseConv2d(x as Tensor4D, f as Tensor4D, 1, 'same'), [each]);
    await expectGradients(
      (a, f) => conv2d(a as Tensor4D, f as Tensor4D, 1, 'valid'),
      [normals(1, [2, 24, 26, 4]), normals(2, [1, 1, 4, 8])],
    );
  });

  test('positions that no window reaches', async () => {
    const pad: Pad = [
      [0, 0],
      [3, 0],
      [3, 0],
      [0, 0],
    ];
    await expectGradients(
      (x, w) => conv2d(x as Tensor4D, w as Tensor4D, 4, pad),
      [normals(1, [2, 4, 4, 3]), normals(2, [4, 4, 3, 8])],
    );
  });

  test('conv2dTranspose has the right values and gradients', () =>
    forAll(
      fc.record({
        size: pairs(2, 5),
        taps: pairs(1, 4),
        stride: pairs(1, 3),
        pad: fc.constantFrom('same', 'valid'),
        seed: fc.nat(99),
      }),
      async ({ size, taps, stride, pad, seed }) => {
        const shape = size.map((n, i) => {
          const [k, s] = [taps[i] as number, stride[i] as number];
          return pad === 'same' ? n * s : (n - 1) * s + k;
        }) as [number, number];
        const inputs = [normals(seed, [2, ...size, 3]), normals(seed + 1, [...taps, 5, 3])];
        const f = (x: Tensor, w: Tensor): Tensor =>
          conv2dTranspose(x as Tensor4D, w as Tensor4D, [2, ...shape, 5], stride, pad as 'same' | 'valid');
        await expectGradients(f as (...xs: Tensor[]) => Tensor, inputs);
      },
      20,
    ));

  test('the gradient of a gradient of a dilated convolution', async () => {
    const x = normals<Tensor4D>(1, [1, 6, 7, 2]);
    const first = (w: Tensor, dy: Tensor): Tensor =>
      grad((a: Tensor) => conv2d(a as Tensor4D, w as Tensor4D, 1, 'valid', 'NHWC', 2))(x, dy);
    await expectGradients(
      (w, dy) => first(w as Tensor, dy as Tensor),
      [normals(2, [2, 2, 2, 3]), normals(4, [1, 4, 5, 3])],
    );
  });

  test('depthwiseConv2d has the right gradients for any stride, padding and multiplier', () =>
    forAll(cases, async ({ batch, size, taps, stride: [stride], from, to, pad, seed }) => {
      const inputs = [normals(seed, [batch, ...size, from]), normals(seed + 1, [...taps, from, 1 + (to % 3)])];
      await expectGradients((x, w) => depthwiseConv2d(x as Tensor4D, w as Tensor4D, stride, pad), inputs);
    }));

  test('depthwiseConv2d and separableConv2d with dilation', async () => {
    const x = normals(1, [2, 9, 8, 3]);
    for (const pad of ['same', 'valid', 2] as const) {
      await expectGradients(
        (a, w) => depthwiseConv2d(a as Tensor4D, w as Tensor4D, 1, pad, 'NHWC', 2),
        [x, normals(2, [3, 2, 3, 2])],
      );
    }
    await expectGradients(
      (a, w, p) => separableConv2d(a as Tensor4D, w as Tensor4D, p as Tensor4D, 1, 'same', 2),
      [x, normals(2, [3, 3, 3, 2]), normals(3, [1, 1, 6, 4])],
    );
  });

  test('conv3d has the right gradients', () =>
    forAll(
      fc.record({
        size: fc.tuple(sizes(3, 6), sizes(3, 6), sizes(3, 6)),
        taps: fc.tuple(sizes(1, 3), sizes(1, 3), sizes(1, 3)),
        stride: sizes(1, 3),
        to: sizes(1, 9),
        pad: fc.constantFrom('same' as const, 'valid' as const),
        seed: fc.nat(99),
      }),
      async ({ size, taps, stride, to, pad, seed }) => {
        const inputs = [normals(seed, [2, ...size, 2]), normals(seed + 1, [...taps, 2, to])];
        await expectGradients((x, w) => conv3d(x as Tensor5D, w as Tensor5D, stride, pad), inputs);
      },
      20,
    ));

  test('conv3d has the values of the definition', async () => {
    const [x, w] = [normals<Tensor5D>(1, [1, 5, 4, 6, 3]), normals<Tensor5D>(2, [3, 2, 3, 3, 4])];
    const axes = [sameAxis(5, 3, 2), sameAxis(4, 2, 2), sameAxis(6, 3, 2)];
    const expected = convolve(await x.data(), await w.data(), axes, 3, 4);
    const actual = conv3d(x, w, 2, 'same');
    await expectClose(actual, expected);
    actual.dispose();
  });

  test('one number of padding, or same, goes with any window and stride', () =>
    forAll(
      fc.record({ taps: pairs(1, 4), stride: pairs(1, 3), pad: fc.constantFrom(1, 2, 'same' as const) }),
      async ({ taps, stride, pad }) => {
        const [x, w] = [normals<Tensor4D>(1, [1, 6, 7, 2]), normals<Tensor4D>(2, [...taps, 2, 3])];
        const axes = [6, 7].map((size, i) => {
          const [k, step] = [taps[i] as number, stride[i] as number];
          return pad === 'same' ? sameAxis(size, k, step) : explicitAxis(size, k, step, 1, [pad, pad]);
        });
        const expected = convolve(await x.data(), await w.data(), axes, 2, 3);
        const plain = conv2d(x, w, stride, pad);
        const fusedResult = fused.conv2d({ x, filter: w, strides: stride, pad });
        expect(plain.shape).toEqual([1, axes[0]?.out, axes[1]?.out, 3]);
        await expectClose(plain, expected);
        await expectClose(fusedResult, expected);
        for (const t of [plain, fusedResult]) t.dispose();
      },
      30,
    ));

  test('keeps only the gradients', () => {
    const [x, w, d] = [normals(1, [2, 9, 9, 3]), normals(2, [3, 3, 3, 5]), normals(3, [3, 3, 3, 2])];
    for (const pad of ['same', 'valid', 1] as Pad[]) {
      const f = (a: Tensor, b: Tensor): Tensor => sum(conv2d(a as Tensor4D, b as Tensor4D, 2, pad));
      expectKept(2, () => grads(f)([x, w]));
      const g = (a: Tensor, b: Tensor): Tensor => sum(depthwiseConv2d(a as Tensor4D, b as Tensor4D, 2, pad));
      expectKept(2, () => grads(g)([x, d]));
    }
  });
});
