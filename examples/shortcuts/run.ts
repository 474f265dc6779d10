import { type ShortcutAccuracy, shortcutReport } from 'selfsup/probes';
import { startBackend } from '../pretrain/backend.js';
import { readData } from '../pretrain/data/readData.js';
import { renderScenes } from '../pretrain/data/scenes/index.js';
import { sample } from '../pretrain/evaluate/sample.js';
import type { Options } from './options.js';
import { tasksOf } from './tasks.js';

const groups = ['patches', 'borders', 'continuity', 'channels', 'offsets'] as const;

/** Prints a line a task: accuracies of the groups of statistics, then of all together; a star where it leaks. */
export async function run({ data, size, images: most, tasks }: Options): Promise<void> {
  await startBackend('wasm');
  const dataset =
    data === undefined ? renderScenes(1, { train: most, test: 10 }) : await readData(data, { size, seed: 1 });
  const { images } = sample(dataset.train, most, 1);
  console.log(`${dataset.name}: ${images.shape[0]} images of ${images.shape[1]} x ${images.shape[2]}; * leaks`);
  console.log(`${''.padEnd(34)}chance  ${groups.map((group) => group.padEnd(12)).join('')}together (95 %)`);
  const all = tasksOf(Math.min(images.shape[1], images.shape[2]));
  for (const [name, task] of tasks.flatMap((family) => all[family])) {
    const report = await shortcutReport(task, images, 1);
    const { chance, together } = report;
    console.log(
      [
        name.padEnd(34),
        percent(chance).padEnd(8),
        ...groups.map((group) => told(report[group]).padEnd(12)),
        `${told(together)} (${percent(together.interval[0])} to ${percent(together.interval[1])})`,
      ].join(''),
    );
  }
}

const percent = (value: number): string => `${(100 * value).toFixed(1)}%`;
const told = (found: ShortcutAccuracy | null): string =>
  found === null ? '-' : `${percent(found.accuracy)}${found.leaks ? '*' : ''}`;
