import {
  add,
  clipByValue,
  concat,
  depthwiseConv2d,
  div,
  greaterEqual,
  image,
  less,
  max,
  maximum,
  mean,
  min,
  minimum,
  mirrorPad,
  mod,
  mul,
  reshape,
  slice,
  split,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  tensor1d,
  tensor2d,
  tensor4d,
  tidy,
  tile,
  where,
} from '@tensorflow/tfjs-core';
import { foldIn, permutation, type Seed, uniform } from '../../src/random/index.js';

/** SimCLR's augmentation as one would write it in plain tfjs: image by image, with tf.image and elementwise ops. */
export function plainSimclr(x: Tensor4D, size: number, strength: number, blur: boolean, seed: Seed): Tensor4D {
  const views = Array.from({ length: x.shape[0] }, (_, i) =>
    tidy(() => view(slice(x, i, 1), size, strength, blur, foldIn(seed, i))),
  );
  const result = stack(views) as Tensor4D;
  for (const each of views) each.dispose();
  return result;
}

const WEIGHTS = [0.2989, 0.587, 0.114];

function view(x: Tensor4D, size: number, s: number, blur: boolean, seed: Seed): Tensor3D {
  const [a = 0, b = 0, c = 0, d = 0, flip = 0, jitter = 0, gray = 0, blurs = 0] = uniform(foldIn(seed, 0), 8);
  const share = 0.08 + 0.92 * a;
  const aspect = Math.exp(Math.log(3 / 4) + b * Math.log(16 / 9));
  const [h, w] = [Math.min(1, Math.sqrt(share / aspect)), Math.min(1, Math.sqrt(share * aspect))];
  const [top, left] = [c * (1 - h), d * (1 - w)];
  const box = tensor2d([[top, left, top + h, left + w]]);
  let y = image.cropAndResize(x, box, tensor1d([0], 'int32'), [size, size], 'bilinear');
  if (flip < 0.5) y = image.flipLeftRight(y);
  if (jitter < 0.8) y = distort(y, s, foldIn(seed, 1));
  if (gray < 0.2) y = tile(grayOf(y), [1, 1, 1, 3]);
  if (blur && blurs < 0.5) y = blurred(y, 0.1 + 1.9 * uniform(foldIn(seed, 2)));
  return reshape(y, [size, size, 3]);
}

const grayOf = (x: Tensor4D): Tensor4D => sum(mul(x, tensor1d(WEIGHTS)), 3, true);

function distort(x: Tensor4D, s: number, seed: Seed): Tensor4D {
  const factors = uniform(foldIn(seed, 0), 4);
  const factor = (i: number): number => 1 + 0.8 * s * (2 * (factors[i] as number) - 1);
  const steps = [
    (y: Tensor4D) => mul<Tensor4D>(y, factor(0)),
    (y: Tensor4D) => add<Tensor4D>(mul(y, factor(1)), mul(mean(grayOf(y)), 1 - factor(1))),
    (y: Tensor4D) => add<Tensor4D>(mul(y, factor(2)), mul(grayOf(y), 1 - factor(2))),
    (y: Tensor4D) => shiftHue(y, 0.2 * s * (2 * (factors[3] as number) - 1)),
  ];
  let y = x;
  for (const step of permutation(foldIn(seed, 1), 4))
    y = clipByValue((steps[step] as (y: Tensor4D) => Tensor4D)(y), 0, 1);
  return y;
}

/** By way of HSV, as textbooks have it. */
function shiftHue(x: Tensor4D, turn: number): Tensor4D {
  const [high, low] = [max(x, 3, true), min(x, 3, true)];
  const chroma = sub(high, low);
  const safe = maximum(chroma, 1e-8);
  const [r, g, b] = split(x, 3, 3) as [Tensor, Tensor, Tensor];
  const sector = where(
    greaterEqual(r, high),
    div(sub(g, b), safe),
    where(greaterEqual(g, high), add(div(sub(b, r), safe), 2), add(div(sub(r, g), safe), 4)),
  );
  const hue = mod(add(div(sector, 6), turn + 1), 1);
  const saturation = where(less(high, 1e-8), mul(high, 0), div(chroma, maximum(high, 1e-8)));
  const channel = (n: number): Tensor => {
    const k = mod(add(mul(hue, 6), n), 6);
    const ramp = clipByValue(minimum(k, sub(4, k)), 0, 1);
    return sub(high, mul(mul(high, saturation), ramp));
  };
  return concat([channel(5), channel(3), channel(1)], 3) as Tensor4D;
}

function blurred(x: Tensor4D, sigma: number): Tensor4D {
  const size = 2 * Math.floor((x.shape[1] as number) / 20) + 1;
  const radius = (size - 1) / 2;
  if (radius === 0) return x;
  const taps = Array.from({ length: size }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const total = taps.reduce((a, b) => a + b, 0);
  const filter = taps.flatMap((tap) => [tap / total, tap / total, tap / total]);
  const around: [number, number] = [radius, radius];
  const padded = mirrorPad(x, [[0, 0], around, around, [0, 0]], 'reflect');
  return depthwiseConv2d(
    depthwiseConv2d(padded, tensor4d(filter, [size, 1, 3, 1]), 1, 'valid'),
    tensor4d(filter, [1, size, 3, 1]),
    1,
    'valid',
  );
}
