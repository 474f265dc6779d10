import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeFile } from 'selfsup/node';
import type { History } from 'selfsup/training';
import type { Backend } from './backend.js';
import type { Dataset } from './data/dataset.js';
import type { Evaluation } from './evaluate/evaluate.js';
import type { OutFolder } from './outFolder.js';
import { listFiles } from './ownedFiles.js';
import type { Recipe } from './recipes/recipe.js';
import { composeReport } from './report/compose.js';
import type { Settings } from './settings.js';

/** All that a finished job knows. */
export interface Outcome {
  readonly settings: Settings;
  readonly backend: Backend;
  readonly dataset: Dataset;
  readonly recipe: Recipe;
  readonly history: History;
  readonly evaluation: Evaluation;
}

/** Writes encoder, report and result aside, moves all of them to their places, then drops the checkpoint. */
export async function writeResults(out: OutFolder, outcome: Outcome): Promise<void> {
  const { recipe, history, settings, evaluation } = outcome;
  await out.begin();
  await recipe.method.encoder.save(nodeFile(join(out.aside, 'encoder')));
  await writeFile(join(out.aside, 'report.html'), await composeReport(outcome));
  const result = {
    method: settings.method,
    backend: settings.backend,
    steps: history.steps,
    seconds: history.seconds,
    imagesPerSecond: history.imagesPerSecond,
    loss: history.loss,
    probes: evaluation.probes,
    settings,
  };
  // What the job put into the folder: nothing else is replaced by the next one.
  const files = { ...(await listFiles(out.aside, 'encoder')), ...(await listFiles(out.aside, 'report.html')) };
  await writeFile(join(out.aside, 'result.json'), `${JSON.stringify({ ...result, files }, null, 2)}\n`);
  await out.publish();
}
