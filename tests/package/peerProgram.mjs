// Uses every optional package once, through the library.
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { ntXentLoss } from 'selfsup/losses';
import { readImages } from 'selfsup/node';
import { embed2d } from 'selfsup/probes';
import { probeReport } from 'selfsup/report';
import { images, lossLaws, seeds, transformLaws } from 'selfsup/testing';
import { randomHorizontalFlip } from 'selfsup/transforms';
import sharp from 'sharp';
import tar from 'tar-stream';

const bytes = (n) => Uint8Array.from({ length: n * 12 }, (_, i) => (37 * i) % 256);
const part = { x: { data: bytes(4), shape: [4, 2, 2, 3] }, labels: [0, 1, 0, 1] };
const map = {
  points: [
    [0, 1],
    [1, 0],
    [1, 1],
    [0, 0],
  ],
  explained: null,
  trustworthiness: null,
};
const { html } = await probeReport([map], { data: { train: part, test: part } });
assert.match(html, /<svg .*<path/s);
assert.match(html, /data:image\/png;base64,/);

const rows = Array.from({ length: 24 }, (_, i) => [i % 5, i % 7, i]);
assert.equal((await embed2d(rows, 1, { method: 'umap', neighbors: 5, iterations: 20 })).points.length, 24);

const png = await sharp(bytes(4), { raw: { width: 4, height: 4, channels: 3 } })
  .png()
  .toBuffer();
const pack = tar.pack();
for (const name of ['train/a/1.png', 'train/b/2.png']) pack.entry({ name }, png);
pack.finalize();
const chunks = [];
for await (const chunk of pack) chunks.push(chunk);
const archive = join(mkdtempSync(join(tmpdir(), 'selfsup-peers-')), 'images.tar');
writeFileSync(archive, Buffer.concat(chunks));
const { train, classNames } = await readImages(archive, { size: 4 });
assert.deepEqual(train.images.shape, [2, 4, 4, 3]);
assert.deepEqual(classNames, ['a', 'b']);
assert.deepEqual([...train.images.data.subarray(0, 48)], [...bytes(4)]);

await transformLaws(randomHorizontalFlip(), { numRuns: 5 });
await lossLaws((a, b) => ntXentLoss(a, b), { numRuns: 3 });
await assert.rejects(
  transformLaws(
    Object.assign((x) => x, { ...randomHorizontalFlip(), apply: (x) => x }),
    { numRuns: 3 },
  ),
);
await fc.assert(
  fc.asyncProperty(images({ batch: [1, 2] }), seeds(), async ({ shape }) => shape.length === 4),
  { numRuns: 5 },
);
console.log('all used');
