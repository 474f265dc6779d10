import {
  add,
  concat,
  div,
  eye,
  logSoftmax,
  matMul,
  mean,
  mul,
  neg,
  oneHot,
  type Scalar,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tensor,
  tensor1d,
  transpose,
  valueAndGrads,
} from '@tensorflow/tfjs-core';
import { barlowTwinsLoss, clipLoss, infoNCELoss, ntXentLoss } from '../../src/losses/index.js';
import { FeatureQueue } from '../../src/momentum/index.js';
import { normal } from '../../src/random/index.js';
import { compareAsync, report } from './harness.js';
import { type Backend, type BenchOptions, shrunk } from './options.js';
import { start } from './start.js';

const normals = (seed: number, rows: number, dim: number): Tensor2D => tensor(normal(seed, rows * dim), [rows, dim]);

/** Value and gradients of a loss in all its inputs. */
function both(loss: (a: Tensor2D, b: Tensor2D) => Scalar, inputs: Tensor2D[]): Tensor[] {
  const { value, grads } = valueAndGrads(loss as unknown as (...xs: Tensor[]) => Scalar)(inputs);
  return [value, ...grads];
}

/** NT-Xent as one would write it without this library. */
function plainNtXent(a: Tensor2D, b: Tensor2D): Scalar {
  const n = a.shape[0];
  const z = concat([unit(a), unit(b)]) as Tensor2D;
  const logits = sub<Tensor2D>(div(matMul(z, z, false, true), 0.5), mul(eye(2 * n), 1e9));
  const partners = tensor1d(
    Array.from({ length: 2 * n }, (_, i) => (i + n) % (2 * n)),
    'int32',
  );
  return neg(mean<Scalar>(sum(mul(oneHot(partners, 2 * n), logSoftmax(logits)), 1)));
}

const unit = (x: Tensor2D): Tensor2D => div(x, sqrt(sum(square(x), 1, true)));

/** CLIP's loss likewise. */
function plainClip(a: Tensor2D, b: Tensor2D): Scalar {
  const logits = mul<Tensor2D>(matMul(unit(a), unit(b), false, true), 1 / 0.07);
  const diagonal = eye(a.shape[0]);
  const one = (x: Tensor2D): Tensor2D => mul(diagonal, logSoftmax(x));
  return mul(neg(sum<Scalar>(add(one(logits), one(transpose(logits))))), 0.5 / a.shape[0]);
}

/** Barlow Twins likewise. */
function plainBarlow(a: Tensor2D, b: Tensor2D): Scalar {
  const standard = (x: Tensor2D): Tensor2D => {
    const centered = sub<Tensor2D>(x, mean(x, 0, true));
    return div(centered, sqrt(add(mean(square(centered), 0, true), 1e-5)));
  };
  const [batch, dim] = a.shape;
  const c = div(matMul(standard(a), standard(b), true), batch);
  const weights = add(mul(eye(dim), 1 - 0.0051), 0.0051);
  return sum<Scalar>(mul(weights, square(sub(c, eye(dim)))));
}

/** InfoNCE with a queue of unit rows likewise. */
function plainInfoNce(queries: Tensor2D, keys: Tensor2D, rows: Tensor2D): Scalar {
  const [q, k] = [unit(queries), unit(keys)];
  const logits = concat([sum<Tensor2D>(mul(q, k), 1, true), matMul(q, rows, false, true)], 1);
  const all = logSoftmax(div<Tensor2D>(logits, 0.07));
  return neg(mean<Scalar>(slice(all, [0, 0], [queries.shape[0], 1])));
}

export const backends: readonly Backend[] = ['cpu', 'wasm', 'webgl', 'webgpu'];

/** Losses and queue against the matrix products that they can't avoid, and against the plain way. */
export async function bench(options: BenchOptions): Promise<void> {
  await start(options.backend);
  // The aims are for these sizes; smaller ones are all small kernels.
  const aim = (ratio: number): number | undefined => (options.shrink === 1 ? ratio : undefined);
  await ntXent(shrunk(512, options), options, aim(1.5));
  await clip(shrunk(512, options), options);
  await barlowTwins(shrunk(512, options), options, aim(1.5));
  await infoNce(shrunk(256, options), shrunk(65536, options), options, [aim(1.3), aim(0.2)]);
}

/** A few rounds of the plain way, which may take long. */
async function plainly(plain: () => Tensor[], { rounds }: BenchOptions): Promise<number> {
  return (await compareAsync({ plain }, { rounds: Math.ceil(rounds / 3), warmUp: 1 })).plain;
}

async function ntXent(batch: number, options: BenchOptions, aim: number | undefined): Promise<void> {
  const [a, b] = [normals(1, batch, 128), normals(2, batch, 128)];
  const z = concat([a, b]) as Tensor2D;
  const [columns, square_] = [transpose(z), matMul(z, transpose(z))];
  const chunkSize = batch / 4;
  const ms = await compareAsync(
    {
      products: () => [matMul(z, columns), matMul(square_, z)],
      value: () => ntXentLoss(a, b),
      both: () => both(ntXentLoss, [a, b]),
      chunks: () => both((x, y) => ntXentLoss(x, y, { chunkSize }), [a, b]),
    },
    { rounds: options.rounds, budget: 1500 },
  );
  const name = `ntXentLoss 2x${batch}x128`;
  report(`${name}: value / its 2 products`, ms.value, ms.products);
  report(`${name}: value+gradient / its 2 products`, ms.both, ms.products, aim);
  report(`${name}: plain tfjs / ours`, await plainly(() => both(plainNtXent, [a, b]), options), ms.both);
  report(`${name}: in chunks of ${chunkSize} / at once`, ms.chunks, ms.both);
}

async function clip(batch: number, options: BenchOptions): Promise<void> {
  const [a, b] = [normals(1, batch, 128), normals(2, batch, 128)];
  const [columns, square_] = [transpose(b), normals(3, batch, batch)];
  const ms = await compareAsync(
    {
      products: () => [matMul(a, columns), matMul(square_, a), matMul(square_, b)],
      both: () => both(clipLoss, [a, b]),
    },
    { rounds: options.rounds, budget: 1500 },
  );
  report(`clipLoss ${batch}x128: value+gradient / its 3 products`, ms.both, ms.products);
  report(`clipLoss ${batch}x128: plain tfjs / ours`, await plainly(() => both(plainClip, [a, b]), options), ms.both);
}

async function barlowTwins(batch: number, options: BenchOptions, aim: number | undefined): Promise<void> {
  const [a, b] = [normals(1, batch, 2048), normals(2, batch, 2048)];
  const [columns, c] = [transpose(a), normals(3, 2048, 2048)];
  const rounds = Math.ceil(options.rounds / 2);
  const ms = await compareAsync(
    {
      products: () => [matMul(columns, b), matMul(a, c), matMul(b, c)],
      both: () => both(barlowTwinsLoss, [a, b]),
    },
    { rounds, warmUp: 1 },
  );
  const plain = await compareAsync({ plain: () => both(plainBarlow, [a, b]) }, { rounds: 1 });
  report(`barlowTwinsLoss ${batch}x2048: value+gradient / its 3 products`, ms.both, ms.products, aim);
  report(`barlowTwinsLoss ${batch}x2048: plain tfjs / ours`, plain.plain, ms.both);
}

async function infoNce(
  batch: number,
  capacity: number,
  options: BenchOptions,
  [aim, enqueueAim]: readonly (number | undefined)[],
): Promise<void> {
  const [queries, keys, rows] = [normals(1, batch, 128), normals(2, batch, 128), normals(3, capacity, 128)];
  const queue = new FeatureQueue({ capacity, dim: 128 });
  queue.enqueue(rows);
  const columns = transpose(rows);
  const logits = matMul(queries, columns);
  const ms = await compareAsync(
    {
      logits: () => matMul(queries, columns),
      products: () => [matMul(queries, columns), matMul(logits, rows)],
      both: () => both((q) => infoNCELoss(q, keys, { negatives: queue }), [queries]),
      enqueue: () => {
        queue.enqueue(keys);
        return add(0, 0);
      },
    },
    { rounds: options.rounds },
  );
  const plain = await compareAsync({ plain: () => both((q) => plainInfoNce(q, keys, rows), [queries]) }, { rounds: 1 });
  const name = `infoNCELoss ${batch} queries, queue ${capacity}x128`;
  report(`${name}: / its 2 products`, ms.both, ms.products, aim);
  report(`${name}: plain tfjs / ours`, plain.plain, ms.both);
  report(`FeatureQueue.enqueue ${batch} keys / product with the queue`, ms.enqueue, ms.logits, enqueueAim);
  queue.dispose();
}
