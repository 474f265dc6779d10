import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkData, type Data, isTensorData } from '../internal/arrayData.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers } from '../internal/checks.js';
import { checkColumns, labelsOf, nameClasses } from '../internal/classNames.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { countClasses, readLabels } from '../internal/hostRows.js';
import { foldIn, randomKey, type Seed } from '../random/index.js';
import { bootstrapInterval } from './bootstrap.js';
import type { Validation } from './chooseStrength.js';
import { type HostDense, readCells } from './denseCells.js';
import { confusions, meanOfKnown, predictPixels, unionShares } from './densePixels.js';
import { checkInputs, checkWeights } from './encoderInputs.js';
import { checkExtraction, forward } from './extractFeatures.js';
import { holdOut } from './holdOut.js';
import { linearFit } from './linearFit.js';

/** Images and a class for every pixel. */
export interface DensePart {
  /** Inputs of the encoder; bytes on the host are read as numbers in [0, 1]. */
  readonly x: Data;
  /** Classes `[n, height, width]`, integers \>= 0, whatever the array holds them in; bytes are classes here. */
  readonly labels: Data;
}

/** What {@link denseProbe} learns from and what it is judged on. */
export interface DenseProbeData {
  /** The part that the probe learns from. */
  readonly train: DensePart;
  /** The part that it is judged on. */
  readonly test: DensePart;
}

/** Options of {@link denseProbe}. */
export interface DenseProbeOptions {
  /** Entries of `perClass`, more than the largest label. @defaultValue largest label + 1 */
  readonly classes?: number;
  /** Label of pixels that don't count. @defaultValue 255 */
  readonly ignore?: number;
  /** Cells fitted at most, drawn at random, an integer \>= 1. @defaultValue 20000 */
  readonly cells?: number;
  /**
   * Inverse strength of the L2 penalty, \> 0; of several the one that does best on the cells of held-out images is taken.
   * @defaultValue [1e-3, 0.1, 10]
   */
  readonly C?: number | readonly number[];
  /** Share of the training images, in (0, 1), held out to choose C. @defaultValue 0.2 */
  readonly holdOut?: number;
  /** L-BFGS iterations at most, for each C, an integer \>= 1. @defaultValue 200 */
  readonly maxIterations?: number;
  /** Images per forward pass, an integer \>= 1. @defaultValue 64 */
  readonly batchSize?: number;
  /** Name of the layer whose output is taken. @defaultValue the model's output */
  readonly layer?: string;
  /** What float images may hold, see `extractFeatures`. @defaultValue 'unit': numbers in [0, 1] */
  readonly range?: 'unit' | 'any';
}

/** Result of {@link denseProbe}: plain JSON. */
export interface DenseProbeResult {
  /** Always `'dense'`. */
  readonly probe: 'dense';
  /** Mean intersection over union, over the classes that occur among labels or predictions, pixels of all test images. */
  readonly meanIoU: number;
  /** Bootstrap interval of it, 95 %, over test images. */
  readonly interval: [number, number];
  /** Intersection over union of each class, entry c that of label c; null where it occurs nowhere. */
  readonly perClass: (number | null)[];
  /** Share of pixels that are classified right. */
  readonly pixelAccuracy: number;
  /** Predicted classes of each test image, row by row. */
  readonly predictions: number[][];
  /** The inverse penalty that was chosen. */
  readonly C: number;
  /** Accuracy and log loss on the cells of held-out images for each C tried. */
  readonly validation: Validation[];
  /** Entries of `perClass`. */
  readonly classes: number;
  /** Height and width of the encoder's maps. */
  readonly grid: [number, number];
  /** Numbers per cell. */
  readonly dim: number;
  /** Cells that were fitted. */
  readonly trainCells: number;
  /** Test images. */
  readonly testSamples: number;
}

/** Entries of `perClass`, whose number is that of the largest label. */
const MOST_CLASSES = 2 ** 24;

/**
 * Segmentation by a linear classifier on frozen maps: whether features say what is where. To fit, labels are brought down
 * to the encoder's grid, each cell taking the most frequent class of its pixels; to judge, the logits of the cells are
 * brought up to the labels' size, bilinearly (half-pixel centres), and every pixel counts.
 *
 * @param encoder - Gives maps `[batch, height, width, channels]` or tokens `[batch, tokens, dim]`, a square number of them,
 * with a class token before or not; see `layer` for encoders that end in a vector.
 * @param data - Images and label maps: training part and test part.
 * @param seed - Draws the cells, the held-out images and the bootstrap.
 * @param options - Classes, cells, penalty, and how the encoder is run.
 * @returns Mean intersection over union with its interval, and predictions.
 * @throws ShapeError, RangeError on wrong shapes, labels or options, and where a feature is not finite.
 * @see Oquab et al., DINOv2, arXiv:2304.07193, section 7.4 (linear segmentation: logits brought up bilinearly).
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { denseProbe } from 'selfsup/probes';
 *
 * const part = (n: number) => {
 *   const labels = Int32Array.from({ length: n * 64 }, (_, i) => (i % 8 < 4 ? 0 : 1));
 *   const data = Float32Array.from(labels, (c, i) => 0.6 * c + ((i * 7) % 10) / 30);
 *   return { x: { data, shape: [n, 8, 8, 1] }, labels: { data: labels, shape: [n, 8, 8] } };
 * };
 * const encoder = sequential({ layers: [layers.conv2d({ filters: 4, kernelSize: 2, strides: 2, inputShape: [8, 8, 1] })] });
 * const { meanIoU, grid } = await denseProbe(encoder, { train: part(6), test: part(3) }, 1);
 * console.log(meanIoU, grid); // grid: [4, 4]
 * ```
 */
export async function denseProbe(
  encoder: LayersModel,
  data: DenseProbeData,
  seed: Seed,
  options: DenseProbeOptions = {},
): Promise<DenseProbeResult> {
  const where = 'denseProbe';
  checkOptions(where, options, [
    ...(['classes', 'ignore', 'cells', 'C', 'holdOut', 'maxIterations', 'batchSize', 'layer', 'range'] as const),
  ]);
  const { ignore = 255, cells = 20_000, C = [1e-3, 0.1, 10], holdOut: share = 0.2 } = options;
  const { maxIterations = 200, batchSize = 64, layer } = options;
  const grid = (typeof C === 'number' ? [C] : [...C]).sort((a, b) => a - b);
  if (grid.length === 0) throw new RangeError(`${where}: C must hold at least one number, got [].`);
  for (const c of grid) checkNumbers(where, { C: [c, Number.MIN_VALUE] });
  checkNumbers(where, { holdOut: [share, 1e-6, 1 - 1e-6] });
  checkIntegers(where, { cells: [cells, 1], maxIterations: [maxIterations, 1], batchSize: [batchSize, 1] });
  const key = randomKey(seed);
  const given = { train: await readPart('train', data, ignore), test: await readPart('test', data, ignore) };
  // Ignored pixels are -1 from here on, classes are numbered in the order in which they first occur.
  const { names, indices } = nameClasses(where, options.classes, [given.train.labels, given.test.labels], ignore);
  const classes = countClasses(where, options.classes, Int32Array.from(names));
  checkColumns(where, classes, MOST_CLASSES, classes, options.classes);
  const [train, test] = [
    { ...given.train, labels: indices[0] as Int32Array },
    { ...given.test, labels: indices[1] as Int32Array },
  ];
  const count = names.length;
  checkExtraction(where, encoder, options);
  const run = forward(where, encoder, layer);
  await checkWeights(where, encoder);
  for (const part of ['train', 'test'] as const)
    await checkInputs(where, `data.${part}.x`, data[part].x, options.range);

  const found = await readCells(run, train, { ignore: -1, classes: count, batchSize, cells, seed: foldIn(key, 0) });
  if (found.labels.length === 0) throw new RangeError(`${where}: data.train.labels must hold a class, got none.`);
  const images = holdOut(new Int32Array(train.count), grid.length > 1 ? share : 0, foldIn(key, 1));
  const isHeld = new Uint8Array(train.count);
  for (const i of images.held) isHeld[i] = 1;
  const side = (held: number): Int32Array =>
    Int32Array.from(found.images.keys()).filter((r) => isHeld[found.images[r] as number] === held);
  const [fitted, held] = [side(0), side(1)];
  // Where all cells with a class are those of held-out images, there is nothing to choose by.
  const split = fitted.length > 0 ? { fit: fitted, held } : { fit: held, held: fitted };
  const fit = await linearFit(found.rows, found.labels, split, grid, { tolerance: 1e-5, maxIterations });

  const predictions = await predictPixels(run, test, fit, batchSize);
  const matrices = confusions(predictions, test, count, -1);
  const total = (places: ArrayLike<number>): Float64Array => {
    const sum = new Float64Array(count * count);
    for (const place of Array.from(places)) {
      const one = matrices[place] as Float64Array;
      for (let i = 0; i < sum.length; i++) (sum[i] as number) += one[i] as number;
    }
    return sum;
  };
  const all = total(matrices.map((_, i) => i));
  const shares = unionShares(all, count);
  const perClass = new Array<number | null>(classes).fill(null);
  for (const [c, share] of shares.entries()) perClass[names[c] as number] = share;
  const pixels = all.reduce((sum, n) => sum + n, 0);
  if (pixels === 0) throw new RangeError(`${where}: data.test.labels must hold a class, got none.`);
  const right = names.reduce((sum, _, c) => sum + (all[c * (count + 1)] as number), 0);
  const statistic = (places: Int32Array): number => meanOfKnown(unionShares(total(places), count));
  return {
    probe: 'dense',
    meanIoU: meanOfKnown(shares),
    interval: bootstrapInterval(test.count, statistic, foldIn(key, 2)),
    perClass,
    pixelAccuracy: right / pixels,
    predictions: predictions.map((map) => labelsOf(map, names)),
    C: fit.C,
    validation: fit.validation,
    classes,
    grid: found.grid,
    dim: found.rows.dim,
    trainCells: found.labels.length,
    testSamples: test.count,
  };
}

async function readPart(name: 'train' | 'test', data: DenseProbeData, ignore: number): Promise<HostDense> {
  const where = 'denseProbe';
  const { x, labels } = data?.[name] ?? {};
  checkData(where, `data.${name}.x`, x);
  checkData(where, `data.${name}.labels`, labels, 3);
  const [count, height, width] = labels.shape as [number, number, number];
  if (x.shape[0] !== count) {
    throw new ShapeError(`${where}: data.${name}.labels must have ${x.shape[0]} maps, got ${count}.`);
  }
  checkIntegers(where, { ignore: [ignore, 0] });
  const numbers = isTensorData(labels) ? labels : labels.data;
  return {
    x,
    labels: await readLabels(where, `data.${name}.labels`, numbers),
    count,
    size: [height, width],
  };
}
