import { foldIn } from 'selfsup/random';
import type { Backend } from './backend.js';
import { startBackend } from './backend.js';
import { checkNoSavedJob, type JobState, jobStore, readSavedJob, type SavedJob } from './checkpoint.js';
import { type Dataset, firstImages } from './data/dataset.js';
import { fingerprint, loadData } from './data/loadData.js';
import { evaluate } from './evaluate/evaluate.js';
import { Failure } from './failure.js';
import { type Interrupt, listenForInterrupt } from './interrupt.js';
import type { Options } from './options.js';
import { type OutFolder, openOutFolder } from './outFolder.js';
import { makeRecipe } from './recipes/makeRecipe.js';
import type { Recipe } from './recipes/recipe.js';
import { type Outcome, writeResults } from './results.js';
import { freshSettings, resumedSettings, type Settings } from './settings.js';
import { streams } from './streams.js';
import { summary } from './summary.js';
import { trainMethod } from './train.js';

/** Bytes that must be free before the job begins: two checkpoints, encoder and report. */
const room = 24 * 2 ** 20;

/** Runs the whole job; the exit code. Throws a Failure, or what a part threw, when it can't be done. */
export async function runJob(options: Options): Promise<number> {
  const interrupt = listenForInterrupt();
  const out = await openOutFolder(options.out, room);
  try {
    const saved = options.resume ? await readSavedJob(options.out) : null;
    if (saved === null) await checkNoSavedJob(options.out, options.restart);
    return await runIn(out, options, { saved, interrupt });
  } finally {
    await out.close();
  }
}

interface Circumstances {
  readonly saved: SavedJob | null;
  readonly interrupt: Interrupt;
}

async function runIn(out: OutFolder, options: Options, { saved, interrupt }: Circumstances): Promise<number> {
  const asked = saved === null ? freshSettings(options.given) : resumedSettings(saved.settings, options.given);
  const dataset = await loadData(asked);
  const images = fingerprint(dataset.train.images);
  if (saved !== null && saved.images !== images) {
    throw new Failure('--resume: the data is not what the interrupted run was trained on');
  }
  say(`Data      ${describe(dataset)}`);
  const backend = await startBackend(asked.backend);
  say(`Backend   ${backend.name}: ${backend.description}`);
  if (out.hasResults) say(`Results   those of the finished run in ${options.out} are replaced when this one is done`);
  const settings: Settings = { ...asked, backend: backend.name };
  return await trainAndJudge(out, { settings, images }, { dataset, backend, saved, interrupt });
}

async function trainAndJudge(
  out: OutFolder,
  job: JobState,
  { dataset, backend, saved, interrupt }: Circumstances & { readonly dataset: Dataset; readonly backend: Backend },
): Promise<number> {
  const { settings } = job;
  const [, height, width, channels] = dataset.train.images.shape;
  const fresh = (): Promise<Recipe> =>
    makeRecipe(settings.method, {
      inputShape: [height, width, channels],
      batch: settings.batch,
      sample: () => firstImages(dataset.train.images, 512),
      encoderSeed: foldIn(settings.seed, streams.encoder),
      headSeed: foldIn(settings.seed, streams.head),
    });
  const recipe = await fresh();
  say(
    `Training  ${recipe.title}, batches of ${settings.batch}, ${bounds(settings)}${saved ? `, from step ${saved.steps} on` : ''}`,
  );
  const store = jobStore(out, job, saved);
  const history = await trainMethod(recipe, {
    settings,
    images: dataset.train.images,
    store,
    saved,
    signal: interrupt.signal,
  });
  const stoppedBy = interrupt.exitCode();
  if (stoppedBy !== undefined) {
    say(
      `Stopped after step ${history.steps}; the run is kept in ${out.path}. To go on: npm run pretrain -- --resume --out ${out.path}`,
    );
    return stoppedBy;
  }
  interrupt.endAtOnce(
    `Stopped; training was done and is kept. To judge it: npm run pretrain -- --resume --out ${out.path}`,
  );
  say('Probing   the pretrained encoder, the untrained one and the pixels ...');
  const encoders = { pretrained: recipe.method.encoder, untrained: (await fresh()).method.encoder };
  const evaluation = await evaluate(encoders, dataset, foldIn(settings.seed, streams.probes));
  const outcome: Outcome = { settings, backend, dataset, recipe, history, evaluation };
  await writeResults(out, outcome);
  say(summary(outcome, out.path));
  return 0;
}

function describe({ name, train, test, classNames }: Dataset): string {
  const [n, height, width] = train.images.shape;
  const judged =
    test === null ? 'no labels to probe with' : `${test.images.shape[0]} to test, ${classNames.length} classes`;
  return `${name}: ${n} images of ${height} x ${width} to learn from, ${judged}`;
}

function bounds({ steps, minutes }: Settings): string {
  const time = minutes === null ? '' : `${minutes} minute${minutes === 1 ? '' : 's'}`;
  if (steps === null) return time;
  return time === '' ? `${steps} step${steps === 1 ? '' : 's'}` : `${steps} steps or ${time}, whichever comes first`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
