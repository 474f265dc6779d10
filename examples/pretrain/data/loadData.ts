import { createHash } from 'node:crypto';
import { foldIn } from 'selfsup/random';
import { Failure } from '../failure.js';
import type { Settings } from '../settings.js';
import { streams } from '../streams.js';
import type { Dataset, ImageArray } from './dataset.js';
import { readData } from './readData.js';
import { renderScenes } from './scenes/index.js';

/** The data of a job, checked to hold a batch. */
export async function loadData({ data, size, seed, batch }: Settings): Promise<Dataset> {
  const key = foldIn(seed, streams.data);
  const dataset = data === null ? renderScenes(key) : await readData(data, { size, seed: key });
  const [n] = dataset.train.images.shape;
  if (n < 2) throw new Failure(`--data ${data}: one image is too few to learn from, each needs others to differ from`);
  if (n < batch) {
    throw new Failure(`--batch ${batch} is more than the ${n} images to learn from; give --batch ${n} or less`);
  }
  return dataset;
}

/** Tells one set of images from another. */
export function fingerprint({ data, shape }: ImageArray): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return createHash('sha256').update(`${data.constructor.name} ${shape} `).update(bytes).digest('hex').slice(0, 32);
}
