import {
  dispose,
  memory,
  profile,
  reshape,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tensor1d,
  tidy,
  valueAndGrads,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { clipLoss, infoNCELoss, ntXentLoss, supConLoss } from '../../src/losses/index.js';
import { FeatureQueue } from '../../src/momentum/index.js';
import { expectClose, hold, normals, onEveryBackend } from '../helpers/index.js';
import { inBrowser } from './extremes.js';

type Chunked = (chunkSize: number | undefined, ...inputs: Tensor[]) => Scalar;
type Row = readonly [name: string, shapes: readonly number[][], loss: Chunked];

const options = (chunkSize: number | undefined, temperature = 0.2) =>
  chunkSize === undefined ? { temperature } : { temperature, chunkSize };
const two = (x: Tensor | undefined): Tensor2D => x as Tensor2D;

function withQueue(chunkSize: number | undefined, queries: Tensor2D, keys: Tensor2D, rows: Tensor2D): Scalar {
  const queue = new FeatureQueue({ capacity: rows.shape[0], dim: rows.shape[1] });
  queue.enqueue(rows);
  const loss = infoNCELoss(queries, keys, { ...options(chunkSize), negatives: queue });
  queue.dispose();
  return loss;
}

const rows: readonly Row[] = [
  [
    'ntXentLoss',
    [
      [7, 4],
      [7, 4],
    ],
    (size, a, b) => ntXentLoss(two(a), two(b), options(size)),
  ],
  [
    'clipLoss',
    [[7, 4], [7, 4], []],
    (size, a, b, s) =>
      clipLoss(
        two(a),
        two(b),
        size === undefined ? { logitScale: s as Scalar } : { logitScale: s as Scalar, chunkSize: size },
      ),
  ],
  [
    'clipLoss, a fixed scale',
    [
      [7, 4],
      [7, 4],
    ],
    (size, a, b) => clipLoss(two(a), two(b), { logitScale: 5, ...(size === undefined ? {} : { chunkSize: size }) }),
  ],
  [
    'infoNCELoss in the batch',
    [
      [7, 4],
      [7, 4],
    ],
    (size, a, b) => infoNCELoss(two(a), two(b), options(size)),
  ],
  [
    'infoNCELoss, shared',
    [
      [7, 4],
      [7, 4],
      [5, 4],
    ],
    (size, a, b, n) => infoNCELoss(two(a), two(b), { ...options(size), negatives: two(n) }),
  ],
  [
    'infoNCELoss, own',
    [
      [7, 4],
      [7, 4],
      [7, 2, 4],
    ],
    (size, a, b, n) => infoNCELoss(two(a), two(b), { ...options(size), negatives: n as Tensor3D }),
  ],
  ['supConLoss', [[7, 2, 4]], (size, z) => supConLoss(z as Tensor3D, null, options(size))],
  [
    'supConLoss with labels',
    [[7, 2, 4]],
    (size, z) =>
      tidy(() =>
        supConLoss(z as Tensor3D, tensor1d([0, 1, 0, 2, 1, 0, 3], 'int32'), { ...options(size), contrastMode: 'one' }),
      ),
  ],
];

onEveryBackend('chunks', () => {
  describe.each(rows)('%s', (_, shapes, loss) => {
    test('have the value and the gradient of the whole', async () => {
      const inputs = shapes.map((shape, i) => normals(i + 1, shape));
      const both = (size: number | undefined): Tensor[] => {
        const { value, grads } = valueAndGrads((...xs: Tensor[]) => loss(size, ...xs))(inputs);
        return [value, ...grads].map(hold);
      };
      const whole = both(undefined);
      for (const size of inBrowser ? [3] : [1, 3, 7, 100]) {
        for (const [i, part] of both(size).entries()) {
          await expectClose(part, whole[i] as Tensor, { atol: 1e-6, rtol: 1e-5 });
        }
      }
    });
  });

  test('a queue has them too', async () => {
    const [a, b, n] = [normals<Tensor2D>(1, [7, 4]), normals<Tensor2D>(2, [7, 4]), normals<Tensor2D>(3, [5, 4])];
    const both = (size?: number): Tensor[] => {
      const f = (x: Tensor, y: Tensor): Scalar => withQueue(size, two(x), two(y), n);
      const { value, grads } = valueAndGrads(f)([a, b]);
      return [value, ...grads].map(hold);
    };
    const [whole, parts] = [both(), both(3)];
    for (const [i, part] of parts.entries()) await expectClose(part, whole[i] as Tensor, { atol: 1e-6, rtol: 1e-5 });
  });

  test.runIf(!inBrowser)('bound memory: never a matrix of all rows by all rows', async () => {
    const n = 256;
    const [a, b] = [normals<Tensor2D>(1, [n, 2]), normals<Tensor2D>(2, [n, 2])];
    const z = hold(reshape(a, [n / 2, 2, 2]));
    const losses: [string, (size?: number) => (x: Tensor) => Scalar, Tensor][] = [
      ['ntXentLoss', (size) => (x) => ntXentLoss(two(x), b, options(size)), a],
      ['clipLoss', (size) => (x) => clipLoss(two(x), b, size ? { chunkSize: size } : {}), a],
      ['infoNCELoss', (size) => (x) => infoNCELoss(two(x), b, options(size)), a],
      ['supConLoss', (size) => (x) => supConLoss(x as Tensor3D, null, options(size)), z],
    ];
    const square = 4 * n * n;
    for (const [name, loss, x] of losses) {
      const peak = async (size?: number): Promise<number> => {
        const before = memory().numBytes;
        const { peakBytes } = await profile(() => dispose(Object.values(valueAndGrads(loss(size))([x])).flat()));
        return peakBytes - before;
      };
      expect(await peak(), `${name} at once`).toBeGreaterThan(square);
      expect(await peak(4), `${name} in chunks`).toBeLessThan(square);
    }
  });
});
