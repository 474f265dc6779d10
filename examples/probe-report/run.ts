import { writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { registerLayers } from 'selfsup/layers';
import { smallConvNet } from 'selfsup/models';
import { nodeFile } from 'selfsup/node';
import { probeReport, type ResultsByName } from 'selfsup/report';
import { startBackend } from '../pretrain/backend.js';
import { readData } from '../pretrain/data/readData.js';
import { renderScenes } from '../pretrain/data/scenes/index.js';
import { sample } from '../pretrain/evaluate/sample.js';
import { Failure, oneLine } from '../pretrain/failure.js';
import type { Options } from './options.js';
import { probeAll } from './probeAll.js';
import { untrained } from './untrained.js';

/** Probes the encoders in every way, and writes page and Markdown. */
export async function run({ data, encoders, images, size, out }: Options): Promise<void> {
  await startBackend('wasm');
  registerLayers();
  const dataset = data === undefined ? renderScenes(1) : await readData(data, { size, seed: 1 });
  const { classNames } = dataset;
  const [train, test] = [
    sample(dataset.train, images, 1),
    sample(dataset.test ?? dataset.train, Math.ceil(images / 2), 2),
  ];
  if (dataset.test === null || train.labels === null || test.labels === null) {
    throw new Failure(`--data ${data}: the images have no labels to probe with`);
  }
  const parts = {
    train: { x: train.images, labels: train.labels },
    test: { x: test.images, labels: test.labels },
  };
  const models: [string, LayersModel][] = [];
  for (const path of encoders) models.push([nameOf(path), await load(path)]);
  const inputShape = train.images.shape.slice(1) as [number, number, number];
  const [first] = models;
  models.push(['untrained', first ? await untrained(first[1], 1) : smallConvNet({ inputShape })]);
  const results: Record<string, ResultsByName[string]> = {};
  for (const [name, model] of models) {
    console.log(`Probing   ${name} ...`);
    results[name] = await probeAll(model, parts);
  }
  const report = await probeReport(results, { title: `Probes on ${dataset.name}`, classNames, data: parts });
  await writeFile(`${out}.html`, report.html);
  await writeFile(`${out}.md`, report.markdown);
  console.log(`Wrote     ${out}.html, ${out}.md`);
}

/** `rotation` for `runs/rotation/encoder`. */
function nameOf(path: string): string {
  const full = resolve(path);
  return basename(full) === 'encoder' ? basename(dirname(full)) : basename(full);
}

async function load(path: string): Promise<LayersModel> {
  try {
    return await loadLayersModel(nodeFile(path));
  } catch (error) {
    throw new Failure(`--encoder ${path}: ${oneLine(error)}`);
  }
}
