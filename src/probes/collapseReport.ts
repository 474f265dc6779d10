import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkData, type Data } from '../internal/arrayData.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { columnMeans } from '../internal/gram.js';
import { type HostRows, readRows } from '../internal/hostRows.js';
import { normalizedRows } from '../internal/nearest.js';
import { checkInputs, checkWeights, isModel } from './encoderInputs.js';
import { checkExtraction, type ExtractFeaturesOptions, featureOptions, featuresOf } from './extractFeatures.js';
import { entropyRank, singularValues } from './metrics/rankMe.js';

/** Options of {@link collapseReport}. */
export interface CollapseReportOptions extends ExtractFeaturesOptions {
  /** Second views, row i of the same sample as row i of the first: features, or inputs where an encoder is given. */
  readonly pairs?: Data;
  /**
   * Report of the same rows before training, or at an earlier step: a fall is then told before it is complete.
   * @defaultValue none
   */
  readonly baseline?: CollapseReport;
  /** Rows looked at, evenly spaced, an integer \>= 2. @defaultValue 2048 */
  readonly samples?: number;
}

/** Result of {@link collapseReport}: plain JSON. */
export interface CollapseReport {
  /** `'complete'`: nearly one point. `'dimensional'`: a few directions of many. `'none'`: neither. */
  readonly collapse: 'none' | 'dimensional' | 'complete';
  /** What the numbers mean, in one sentence. */
  readonly sentence: string;
  /** Rows looked at. */
  readonly samples: number;
  /** Numbers per row. */
  readonly dim: number;
  /** Deviation of the rows scaled to length 1, averaged over dimensions; 0 is complete collapse. */
  readonly featureStd: number;
  /** 1 / sqrt(dim): `featureStd` of points spread evenly over the sphere. */
  readonly expectedStd: number;
  /** RankMe of the rows as they are (arXiv:2210.02885). */
  readonly rankMe: number;
  /** Effective rank of the centred rows (Roy and Vetterli 2007): directions in which they differ. */
  readonly effectiveRank: number;
  /** The most that the ranks can be: min(samples - 1, dim). */
  readonly fullRank: number;
  /** Share of the variance along each principal direction, falling. */
  readonly spectrum: number[];
  /** log mean exp(-2 |x - y|²) over pairs of rows scaled to length 1; 0 is one point, about -4 an even sphere. */
  readonly uniformity: number;
  /** Mean squared distance of the two views of a sample, scaled to length 1; null without `pairs`. */
  readonly alignment: number | null;
}

/**
 * Below this share of the even spread, all rows are nearly one point. Rows that share a large mean are not yet that: without
 * training, convolutions and residual networks give 0.05 to 0.15, and a masked autoencoder in its first steps 0.04.
 */
const COMPLETE = 0.02;
/** Below this share of the full rank, and below this many directions, few are in use. */
const DIMENSIONAL = { share: 0.1, rank: 10 };
/** Below these shares of the baseline's spread and rank, they have fallen; directions count only where they are few. */
const FALLEN = { spread: 0.2, rank: 0.4, share: 0.25 };
/** Rows whose pairs are counted for uniformity. */
const PAIRED = 1024;

/**
 * Has a representation collapsed? Tells complete collapse (all inputs at nearly one point) from dimensional collapse (few
 * directions carry all), with the numbers that the literature uses and one sentence.
 *
 * Look at what the loss looks at, the output of the projection head: it collapses first, and an encoder before it may not at
 * all. Numbers alone tell late, since those of an untrained encoder are near those of a collapsing one; a `baseline` tells
 * earlier.
 *
 * @param features - `[n, dim]`, at least 2 rows.
 * @param options - Second views, a baseline, number of rows, and how an encoder is run.
 * @returns The report. The verdict is a rule of thumb: complete where `featureStd` is below 2 % of the even spread, or below
 * a fifth of the baseline's; dimensional where the effective rank is below 10 and below a tenth of the full rank, or below
 * two fifths of the baseline's and below a quarter of the full rank.
 * @throws ShapeError, RangeError on wrong shapes or options, where a feature is not finite, and where the baseline is of
 * other rows.
 * @see Chen and He, SimSiam, arXiv:2011.10566, section 4.1; Jing et al., arXiv:2110.09348; Wang and Isola,
 * arXiv:2005.10242.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { collapseReport } from 'selfsup/probes';
 *
 * const report = await collapseReport(tensor2d([[1, 0], [1, 1e-6], [1, -1e-6]]));
 * console.log(report.collapse, report.sentence); // 'complete', ...
 * ```
 */
export async function collapseReport(features: Data, options?: CollapseReportOptions): Promise<CollapseReport>;
/**
 * The same of an encoder's features.
 *
 * @param encoder - Makes the features.
 * @param x - Its inputs, see `extractFeatures`.
 */
export async function collapseReport(
  encoder: LayersModel,
  x: Data,
  options?: CollapseReportOptions,
): Promise<CollapseReport>;
export async function collapseReport(...call: unknown[]): Promise<CollapseReport> {
  const where = 'collapseReport';
  const encoder = isModel(call[0]) ? call[0] : null;
  const [x, options = {}] = (encoder === null ? call : call.slice(1)) as [Data, CollapseReportOptions?];
  checkOptions(where, options, [...featureOptions, 'pairs', 'baseline', 'samples']);
  const { pairs, baseline, samples = 2048 } = options;
  checkIntegers('collapseReport', { samples: [samples, 2] });
  if (encoder !== null) {
    checkExtraction(where, encoder, options);
    await checkWeights(where, encoder);
  }
  const all = await features(encoder === null ? 'features' : 'x', encoder, x, options);
  if (all.rows < 2) throw new ShapeError(`collapseReport: features must have at least 2 rows, got ${all.rows}.`);
  const rows = spaced(all, samples);
  if (baseline && (baseline.samples !== rows.rows || baseline.dim !== rows.dim)) {
    const got = `${baseline.samples} rows of ${baseline.dim}`;
    throw new RangeError(
      `collapseReport: baseline must be a report of ${rows.rows} rows of ${rows.dim} numbers, got ${got}.`,
    );
  }
  const unit = normalizedRows(rows);
  const second = pairs === undefined ? null : spaced(await features('pairs', encoder, pairs, options), samples);
  if (second && (second.rows !== rows.rows || second.dim !== rows.dim)) {
    const shape = `[${rows.rows}, ${rows.dim}]`;
    throw new ShapeError(`collapseReport: pairs must have shape ${shape}, got [${second.rows}, ${second.dim}].`);
  }
  const squares = singularValues(rows, true).map((s) => s * s);
  const total = squares.reduce((sum, v) => sum + v, 0);
  const numbers = {
    samples: rows.rows,
    dim: rows.dim,
    featureStd: meanDeviation(unit),
    expectedStd: 1 / Math.sqrt(rows.dim),
    rankMe: entropyRank(singularValues(rows), 1e-7),
    effectiveRank: entropyRank(squares.map(Math.sqrt), 0),
    fullRank: Math.min(rows.rows - 1, rows.dim),
    spectrum: Array.from(squares, (v) => (total > 0 ? v / total : 0)),
    uniformity: uniformityOf(spaced(unit, PAIRED)),
    alignment: second && meanSquaredDistance(unit, normalizedRows(second)),
  };
  return { ...judge(numbers, baseline), ...numbers };
}

async function features(
  name: string,
  encoder: LayersModel | null,
  x: Data,
  options: CollapseReportOptions,
): Promise<HostRows> {
  if (encoder === null) return readRows('collapseReport', name, x);
  checkData('collapseReport', name, x);
  await checkInputs('collapseReport', name, x, options.range);
  const made = await featuresOf('collapseReport', encoder, x, options);
  try {
    return await readRows('collapseReport', name, made);
  } finally {
    made.dispose();
  }
}

function judge(
  n: Omit<CollapseReport, 'collapse' | 'sentence'>,
  before?: CollapseReport,
): Pick<CollapseReport, 'collapse' | 'sentence'> {
  const percent = (r: Pick<CollapseReport, 'featureStd' | 'expectedStd'>): string => {
    const share = (100 * r.featureStd) / r.expectedStd;
    return `${Number(share.toFixed(share < 10 ? 1 : 0))} %`;
  };
  const ranks = `${n.effectiveRank.toFixed(1)} of ${n.fullRank} possible directions`;
  const spreadFell = before && n.featureStd < FALLEN.spread * before.featureStd;
  if (spreadFell || n.featureStd < COMPLETE * n.expectedStd) {
    const from = before ? `, ${percent(before)} before` : '';
    const sentence = `Complete collapse: the encoder gives nearly the same vector for every input (spread ${percent(n)} of an even one${from}).`;
    return { collapse: 'complete', sentence };
  }
  const rankFell =
    before && n.effectiveRank < FALLEN.rank * before.effectiveRank && n.effectiveRank < FALLEN.share * n.fullRank;
  if (rankFell || (n.effectiveRank < DIMENSIONAL.rank && n.effectiveRank < DIMENSIONAL.share * n.fullRank)) {
    const from = before ? `, ${before.effectiveRank.toFixed(1)} before` : '';
    const sentence = `Dimensional collapse: inputs differ, but only along about ${ranks}${from}.`;
    return { collapse: 'dimensional', sentence };
  }
  const sentence = `No collapse: inputs spread out (${percent(n)} of an even spread) along about ${ranks}.`;
  return { collapse: 'none', sentence };
}

/** At most `count` rows, evenly spaced. */
function spaced(x: HostRows, count: number): HostRows {
  if (x.rows <= count) return x;
  const values = new Float64Array(count * x.dim);
  for (let i = 0; i < count; i++) {
    const row = Math.floor((i * x.rows) / count) * x.dim;
    values.set(x.values.subarray(row, row + x.dim), i * x.dim);
  }
  return { values, rows: count, dim: x.dim };
}

function meanDeviation(x: HostRows): number {
  const mean = columnMeans(x);
  const squares = new Float64Array(x.dim);
  for (let i = 0; i < x.values.length; i++) {
    (squares[i % x.dim] as number) += ((x.values[i] as number) - (mean[i % x.dim] as number)) ** 2;
  }
  return squares.reduce((sum, v) => sum + Math.sqrt(v / x.rows), 0) / x.dim;
}

function squaredDistance(a: HostRows, i: number, b: HostRows, j: number): number {
  let sum = 0;
  for (let k = 0; k < a.dim; k++) {
    sum += ((a.values[i * a.dim + k] as number) - (b.values[j * a.dim + k] as number)) ** 2;
  }
  return sum;
}

function meanSquaredDistance(a: HostRows, b: HostRows): number {
  let sum = 0;
  for (let i = 0; i < a.rows; i++) sum += squaredDistance(a, i, b, i);
  return sum / a.rows;
}

function uniformityOf(x: HostRows): number {
  let [sum, pairs] = [0, 0];
  for (let i = 1; i < x.rows; i++) {
    for (let j = 0; j < i; j++, pairs++) sum += Math.exp(-2 * squaredDistance(x, i, x, j));
  }
  return Math.log(sum / pairs);
}
