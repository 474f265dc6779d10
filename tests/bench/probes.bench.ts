import { backend, matMul, tensor2d } from '@tensorflow/tfjs-core';
import {
  type ArrayData,
  clusterProbe,
  knnProbe,
  linearProbe,
  type ProbeData,
  ridgeProbe,
} from '../../src/probes/index.js';
import { foldIn, normal } from '../../src/random/index.js';
import { compareAsync, report } from './harness.js';
import type { Backend, BenchOptions } from './options.js';
import { start } from './start.js';

const DIM = 512;
/** Distance of the centres of the mixture from 0, by coordinate. */
const SPREAD = 0.14;

export const backends: readonly Backend[] = ['wasm'];

/**
 * Probes of 100,000 features of 512 numbers, a mixture of Gaussians: time beside that of the matrix products that they
 * cannot avoid, accuracy beside that of the best possible rule, and the memory that they come to.
 */
export async function bench(options: BenchOptions): Promise<void> {
  await start(options.backend);
  const rows = (n: number): number => Math.max(100, Math.round(n / options.shrink));
  const [all, tenth, few] = [rows(100_000), rows(10_000), rows(2_000)];
  await one('knnProbe', 10, all - tenth, tenth, (data) => knnProbe(data, 1));
  await one('clusterProbe', 10, 100, all, (data) => clusterProbe(data, 1, { restarts: 1 }));
  for (const classes of [10, 100]) {
    await one('ridgeProbe', classes, all, few, (data) => ridgeProbe(data, 1));
    await one('linearProbe', classes, all, few, (data) => linearProbe(data, 1));
  }
}

async function one(
  name: string,
  classes: number,
  trainRows: number,
  testRows: number,
  probe: (data: ProbeData) => Promise<{ accuracy: number }>,
): Promise<void> {
  const centers = normal(7, classes * DIM).map((v) => SPREAD * v);
  const data = { train: mixture(1, trainRows, centers), test: mixture(2, testRows, centers) };
  const ms =
    name === 'knnProbe'
      ? await productTime(testRows, trainRows)
      : await productTime(Math.max(trainRows, testRows), classes);
  const begun = performance.now();
  const { accuracy } = await probe(data);
  report(`${name} ${trainRows}/${testRows}x${DIM}, ${classes} classes / product`, performance.now() - begun, ms);
  const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  const heap = mib((backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length);
  const best = attainable(data.test, centers).toFixed(4);
  const peak = mib(1024 * process.resourceUsage().maxRSS);
  console.log(`  accuracy ${accuracy.toFixed(4)}, attainable ${best}; so far heap ${heap}, process ${peak}`);
}

/** Milliseconds of rows times columns of 512 numbers: those of a part, scaled up. */
async function productTime(rows: number, columns: number): Promise<number> {
  const [m, n] = [Math.min(rows, columns > 512 ? 512 : 8192), Math.min(columns, 8192)];
  const [a, b] = [tensor2d(normal(3, m * DIM), [m, DIM]), tensor2d(normal(4, n * DIM), [DIM, n])];
  const { part } = await compareAsync({ part: () => matMul(a, b) }, { rounds: 5 });
  for (const used of [a, b]) used.dispose();
  return ((rows / m) * columns * part) / n;
}

/** Rows around the centres in turn, drawn a thousand at a time. */
function mixture(seed: number, rows: number, centers: Float32Array): { x: ArrayData; labels: Int32Array } {
  const data = new Float32Array(rows * DIM);
  const labels = Int32Array.from({ length: rows }, (_, r) => r % (centers.length / DIM));
  for (let start = 0; start < rows; start += 1000) {
    data.set(normal(foldIn(seed, start), Math.min(1000, rows - start) * DIM), start * DIM);
  }
  for (let i = 0; i < data.length; i++) {
    (data[i] as number) += centers[(labels[Math.floor(i / DIM)] as number) * DIM + (i % DIM)] as number;
  }
  return { x: { data, shape: [rows, DIM] }, labels };
}

/** Share of rows that are nearest to their own centre: no rule is right more often. */
function attainable({ x, labels }: ReturnType<typeof mixture>, centers: Float32Array): number {
  const distance = (row: number, center: number): number => {
    let sum = 0;
    for (let j = 0; j < DIM; j++)
      sum += ((x.data[row * DIM + j] as number) - (centers[center * DIM + j] as number)) ** 2;
    return sum;
  };
  let hits = 0;
  for (const [row, label] of labels.entries()) {
    const own = distance(row, label);
    let best = true;
    for (let c = 0; c < centers.length / DIM && best; c++) best = c === label || distance(row, c) > own;
    if (best) hits++;
  }
  return hits / labels.length;
}
