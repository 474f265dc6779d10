import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-wasm';
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
  ready,
  type Scalar,
  setBackend,
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
import { barlowTwinsLoss, infoNCELoss, ntXentLoss } from '../../src/losses/index.js';
import { FeatureQueue } from '../../src/momentum/index.js';
import { normal } from '../../src/random/index.js';
import { compare, report } from './harness.js';

const normals = (seed: number, rows: number, dim: number): Tensor2D => tensor(normal(seed, rows * dim), [rows, dim]);

/** Value and gradients of a loss in all its inputs. */
function both(loss: (a: Tensor2D, b: Tensor2D) => Scalar, inputs: Tensor2D[]): Tensor[] {
  const { value, grads } = valueAndGrads(loss as unknown as (...xs: Tensor[]) => Scalar)(inputs);
  return [value, ...grads];
}

/** NT-Xent as one would write it without this library. */
function plainNtXent(a: Tensor2D, b: Tensor2D): Scalar {
  const n = a.shape[0];
  const unit = (x: Tensor2D): Tensor2D => div(x, sqrt(sum(square(x), 1, true)));
  const z = concat([unit(a), unit(b)]) as Tensor2D;
  const logits = sub<Tensor2D>(div(matMul(z, z, false, true), 0.5), mul(eye(2 * n), 1e9));
  const partners = tensor1d(
    Array.from({ length: 2 * n }, (_, i) => (i + n) % (2 * n)),
    'int32',
  );
  return neg(mean<Scalar>(sum(mul(oneHot(partners, 2 * n), logSoftmax(logits)), 1)));
}

/** Losses and queue against the matrix products that they can't avoid, on the stock WASM kernels. */
export async function bench(): Promise<void> {
  await setBackend('wasm');
  await ready();
  {
    const [a, b] = [normals(1, 512, 128), normals(2, 512, 128)];
    const z = concat([a, b]) as Tensor2D;
    const [columns, square_] = [transpose(z), matMul(z, transpose(z))];
    const ms = compare({
      products: () => [matMul(z, columns), matMul(square_, z)],
      value: () => ntXentLoss(a, b),
      both: () => both(ntXentLoss, [a, b]),
    });
    const plain = compare({ plain: () => both(plainNtXent, [a, b]) }, { rounds: 3, warmUp: 1 });
    report('ntXentLoss 2x512x128: value / its 2 products', ms.value, ms.products);
    report('ntXentLoss 2x512x128: value+gradient / its 2 products', ms.both, ms.products, 1.5);
    report('ntXentLoss 2x512x128: plain tfjs / ours', plain.plain, ms.both);
  }
  {
    const [a, b] = [normals(1, 512, 2048), normals(2, 512, 2048)];
    const [columns, c] = [transpose(a), normals(3, 2048, 2048)];
    const ms = compare(
      {
        products: () => [matMul(columns, b), matMul(a, c), matMul(b, c)],
        both: () => both(barlowTwinsLoss, [a, b]),
      },
      { rounds: 5, warmUp: 1 },
    );
    report('barlowTwinsLoss 512x2048: value+gradient / its 3 products', ms.both, ms.products, 1.5);
  }
  {
    const [queries, keys, rows] = [normals(1, 256, 128), normals(2, 256, 128), normals(3, 65536, 128)];
    const queue = new FeatureQueue({ capacity: 65536, dim: 128 });
    queue.enqueue(rows);
    const columns = transpose(rows);
    const logits = matMul(queries, columns);
    const ms = compare(
      {
        logits: () => matMul(queries, columns),
        products: () => [matMul(queries, columns), matMul(logits, rows)],
        both: () => both((q) => infoNCELoss(q, keys, { negatives: queue }), [queries]),
        enqueue: () => {
          queue.enqueue(keys);
          return add(0, 0);
        },
      },
      { rounds: 7, warmUp: 2 },
    );
    report('infoNCELoss 256 queries, queue 65536x128: / its 2 products', ms.both, ms.products, 1.3);
    report('FeatureQueue.enqueue 256 keys / product with the queue', ms.enqueue, ms.logits, 0.2);
    queue.dispose();
  }
}
