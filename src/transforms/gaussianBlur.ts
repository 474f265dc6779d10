import {
  clone,
  depthwiseConv2d,
  mirrorPad,
  type Rank,
  reshape,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  tensor3d,
  tensor4d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { matMul } from '../internal/matMul.js';
import { type GaussianBlurOptions, kernelPair, sigmaPair } from './blurOptions.js';
import { cacheSized, changeImages } from './changeImages.js';
import { multiplyAxes } from './filterAxes.js';
import { inTurn } from './inTurn.js';
import { checkInput, IMAGES } from './shapes.js';
import { partsPay, sizesArePrograms } from './ways.js';

/**
 * Blurs with a Gaussian, `exp(-d^2 / (2 sigma^2))` at whole distances d and normalised, down the rows and along them. The
 * image is continued by reflection, its edge not repeated.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`.
 * @param options - Kernel length and deviation.
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape or number of sigmas; RangeError if a kernel length is even or reaches beyond the
 * reflection (more than 2 * side - 1), or a sigma is negative.
 * @see torchvision `gaussian_blur`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { gaussianBlur } from 'selfsup/transforms';
 * gaussianBlur(tensor4d([0, 0, 1, 0, 0], [1, 1, 5, 1]), { kernelSize: [3, 1], sigma: 1 }).print();
 * ```
 */
export function gaussianBlur(x: Tensor4D, options: GaussianBlurOptions): Tensor4D {
  checkOptions('gaussianBlur', options, ['kernelSize', 'sigma']);
  checkInput('gaussianBlur', x, IMAGES);
  const [batch, height, width, channels] = x.shape;
  const kernel = kernelPair(options?.kernelSize, height, width);
  const [sigmaX, sigmaY] = sigmaPair(options.sigma, batch);
  if (String(kernel) === '1,1') return clone(x);
  if (!partsPay()) {
    return tidy(() => multiplyAxes(x, bands(height, kernel[1], sigmaY), bands(width, kernel[0], sigmaX)));
  }
  // Images side by side as channels [height, width, batch * channels]: a depthwise convolution gives each its own kernel.
  const swap = (y: Tensor, rows: number): Tensor3D =>
    transpose<Tensor3D>(reshape(y, [rows, (height * width * batch) / rows, channels]), [1, 0, 2]);
  const each = (values: number[]): number[] => values.flatMap((value) => new Array<number>(channels).fill(value));
  return tidy(() =>
    reshape(
      inTurn<Tensor>(
        () => swap(x, batch),
        (y) => blurSides(reshape(y, [height, width, batch * channels]), kernel, each(sigmaX), each(sigmaY)),
        (y) => swap(y, height * width),
      ),
      x.shape,
    ),
  );
}

/**
 * The same on colour planes [channels, batch, pixels], with a deviation per image; where parts pay, those of deviation 0 are
 * left out.
 */
export function blurPlanes(
  planes: Tensor3D,
  [, height = 0, width = 0]: readonly number[],
  kernel: [number, number],
  sigmas: readonly number[],
): Tensor3D {
  const [channels, , pixels] = planes.shape;
  if (sizesArePrograms()) return blurByProducts(planes, [height, width], kernel, sigmas);
  const blurred = Array.from(sigmas.keys()).filter((i) => sigmas[i] !== 0);
  if (!partsPay()) {
    const change = (part: Tensor3D): Tensor3D =>
      blurByProducts(
        part,
        [height, width],
        kernel,
        blurred.map((i) => sigmas[i] as number),
      );
    return changeImages(planes, blurred.length === 0 ? [] : [{ images: blurred, change }]);
  }
  const groups = cacheSized(blurred, channels * pixels).map((images) => ({
    images,
    change: (part: Tensor3D): Tensor3D => {
      const sides = channels * images.length;
      const each = Array.from({ length: channels }, () => images.map((i) => sigmas[i] as number)).flat();
      return reshape(
        inTurn<Tensor>(
          () => transpose(reshape(part, [sides, pixels]), [1, 0]),
          (y) => blurSides(reshape(y, [height, width, sides]), kernel, each, each),
          (y) => transpose(reshape(y, [pixels, sides]), [1, 0]),
        ),
        part.shape,
      );
    },
  }));
  return changeImages(planes, groups);
}

/** With a matrix for every image and axis, the reflection in it: a few steps of one size, whatever was drawn. */
export function blurByProducts(
  planes: Tensor3D,
  [height, width]: readonly [number, number],
  [kernelWidth, kernelHeight]: readonly [number, number],
  sigmas: readonly number[],
): Tensor3D {
  return tidy(() => {
    const lines = bands(height, kernelHeight, sigmas);
    const square = height === width && kernelHeight === kernelWidth;
    const columns = square ? lines : bands(width, kernelWidth, sigmas);
    const images = reshape(planes, [...planes.shape.slice(0, 2), height, width]);
    return reshape(matMul(matMul(lines, images), columns, false, true), planes.shape);
  });
}

/** `[sigma, length, length]`: what every pixel of an axis counts in the blur of each. */
function bands(length: number, size: number, sigmas: readonly number[]): Tensor3D {
  const values = new Float32Array(sigmas.length * length * length);
  const radius = (size - 1) / 2;
  for (const [i, sigma] of sigmas.entries()) {
    const taps = gaussian(size, sigma);
    for (let to = 0; to < length; to++) {
      for (let tap = 0; tap < size; tap++) {
        const place = Math.abs(to + tap - radius);
        const from = place < length ? place : 2 * (length - 1) - place;
        const at = (i * length + to) * length + from;
        values[at] = (values[at] as number) + (taps[tap] as number);
      }
    }
  }
  return tensor3d(values, [sigmas.length, length, length]);
}

/** Blurs [height, width, side], every side by its own deviations. */
function blurSides(
  x: Tensor3D,
  [kernelWidth, kernelHeight]: readonly [number, number],
  sigmaX: readonly number[],
  sigmaY: readonly number[],
): Tensor3D {
  const [radiusX, radiusY] = [(kernelWidth - 1) / 2, (kernelHeight - 1) / 2];
  const around: [number, number][] = [
    [radiusY, radiusY],
    [radiusX, radiusX],
    [0, 0],
  ];
  return inTurn<Tensor3D>(
    () => mirrorPad(x, around, 'reflect'),
    (y) => convolve(y, [kernelHeight, 1], sigmaY),
    (y) => convolve(y, [1, kernelWidth], sigmaX),
  );
}

/** Convolves [height, width, side] with the kernel of each side, along one axis. */
function convolve(x: Tensor3D, kernel: [number, number], sigmas: readonly number[]): Tensor3D {
  const size = kernel[0] * kernel[1];
  if (size === 1) return x;
  const side = x.shape[2];
  const taps = sigmas.map((sigma) => gaussian(size, sigma));
  const filter = new Float32Array(size * side);
  for (let i = 0; i < filter.length; i++) filter[i] = (taps[i % side] as number[])[Math.floor(i / side)] as number;
  const weights = tensor4d(filter, [...kernel, side, 1]);
  const y = depthwiseConv2d(reshape<Rank.R4>(x, [1, ...x.shape]), weights, 1, 'valid');
  return reshape(y, y.shape.slice(1) as [number, number, number]);
}

/** Taps of a Gaussian, summing to 1; a single 1 for sigma 0. */
function gaussian(size: number, sigma: number): number[] {
  const taps = Array.from({ length: size }, (_, i) => {
    const distance = i - (size - 1) / 2;
    return distance === 0 ? 1 : Math.exp(-0.5 * (distance / sigma) ** 2);
  });
  const total = taps.reduce((sum, tap) => sum + tap, 0);
  return taps.map((tap) => tap / total);
}
