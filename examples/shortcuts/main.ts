import { parseArgs } from 'node:util';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { hammingPermutations, jigsawTask, relativePositionTask, rotationTask } from 'selfsup/pretext';
import { shortcutReport } from 'selfsup/probes';
import type { Seed } from 'selfsup/random';
import { startBackend } from '../pretrain/backend.js';
import { readData } from '../pretrain/data/readData.js';
import { renderScenes } from '../pretrain/data/scenes/index.js';
import { sample } from '../pretrain/evaluate/sample.js';

const usage = `Tells how well the labels of pretext tasks are told from low-level statistics, with each defence on and off.

Usage: npm run shortcuts -- [options]

  --data PATH   as for npm run pretrain                               (rendered scenes)
  --size N      height and width to which a folder of images is resized           (96)
  --images N    images that are looked at                                       (2000)
`;
const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { data: text, size: text, images: text, help: { type: 'boolean' } } });
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}

type Task = (x: Tensor4D, seed: Seed) => { readonly inputs: Tensor | Record<string, Tensor>; readonly labels: Tensor };
const permutations = hammingPermutations({ tiles: 9, count: 9 }, 1);

/** Tasks without their defences, with each alone, and with all. */
function tasks(side: number): [string, Task][] {
  const patchSize = Math.floor(side / 5);
  const gap = Math.floor(patchSize / 2);
  const jitter = Math.floor(gap / 2);
  const cell = Math.floor(side / 3);
  const tileSize = Math.round(0.75 * cell);
  const place = (options: Parameters<typeof relativePositionTask>[2]): Task => {
    return (x, seed) => relativePositionTask(x, seed, { patchSize, gap: 0, jitter: 0, chroma: 'none', ...options });
  };
  const bare = { permutations, tileSize: cell, channelShift: 0, grayscale: 0, normalize: false };
  const puzzle = (options: Parameters<typeof jigsawTask>[2]): Task => {
    return (x, seed) => jigsawTask(x, seed, { ...bare, ...options });
  };
  return [
    ['rotation', (x, seed) => rotationTask(x, seed, { turns: 'one' })],
    ['relative position, bare', place({})],
    ['  a gap', place({ gap })],
    ['  a gap and jitter', place({ gap, jitter })],
    ['  two channels dropped', place({ chroma: 'drop' })],
    ['  colours projected', place({ chroma: 'project' })],
    ['  gap, jitter, channels dropped', place({ gap, jitter, chroma: 'drop' })],
    ['jigsaw, bare', puzzle({})],
    ['  tiles cut inside their cells', puzzle({ tileSize })],
    ['  tiles normalised', puzzle({ normalize: true })],
    ['  channels moved', puzzle({ channelShift: 1 })],
    ['  all three', puzzle({ tileSize, normalize: true, channelShift: 1 })],
  ];
}

await startBackend('wasm');
const size = Number(values.size ?? 96);
const dataset = values.data === undefined ? renderScenes(1) : await readData(values.data, { size, seed: 1 });
const { images } = sample(dataset.train, Number(values.images ?? 2000), 1);
console.log(`${dataset.name}: ${images.shape[0]} images of ${images.shape[1]} x ${images.shape[2]}`);
console.log(`${''.padEnd(34)}chance  patches  borders  channels  together (95 %)`);
const percent = (value: number): string => `${(100 * value).toFixed(1)}%`;
for (const [name, task] of tasks(Math.min(images.shape[1], images.shape[2]))) {
  const { chance, patches, borders, channels, together } = await shortcutReport(task, images, 1);
  console.log(
    [
      name.padEnd(34),
      percent(chance).padEnd(8),
      percent(patches.accuracy).padEnd(9),
      percent(borders.accuracy).padEnd(9),
      percent(channels.accuracy).padEnd(10),
      `${percent(together.accuracy)} (${percent(together.interval[0])} to ${percent(together.interval[1])})`,
    ].join(''),
  );
}
