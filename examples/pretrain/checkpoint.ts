import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileCheckpoint } from 'selfsup/node';
import type { CheckpointStore, State } from 'selfsup/training';
import { Failure, oneLine } from './failure.js';
import type { OutFolder } from './outFolder.js';
import { isSettings, type Settings } from './settings.js';

/** What the checkpoint file says of the job, beside the state of the training run. */
export interface JobState {
  readonly settings: Settings;
  /** Fingerprint of the training images. */
  readonly images: string;
}

/** A job that was interrupted. */
export interface SavedJob extends JobState {
  /** State of the training run. */
  readonly run: State;
  /** Seconds of training so far. */
  readonly seconds: number;
  /** Steps so far. */
  readonly steps: number;
}

/** The file that keeps an unfinished run. */
export const checkpointName = 'checkpoint.bin';

/** Reads the interrupted run of a folder. Throws a Failure where there is none. */
export async function readSavedJob(folder: string): Promise<SavedJob> {
  const path = join(folder, checkpointName);
  let state: State | null;
  try {
    state = await fileCheckpoint(path).load();
  } catch (error) {
    throw new Failure(`--resume: ${oneLine(error)}`);
  }
  if (state === null) throw new Failure(`--resume: there is no interrupted run in ${folder}`);
  const saved = decode(state);
  if (saved === null) throw new Failure(`--resume: not a checkpoint of this job: ${path}`);
  return saved;
}

/** Throws a Failure where a fresh run would overwrite an unfinished one, or a file that is not the job's. */
export async function checkNoSavedJob(folder: string, restart: boolean): Promise<void> {
  const path = join(folder, checkpointName);
  let saved: SavedJob | null;
  try {
    const state = await fileCheckpoint(path).load();
    if (state === null) return;
    saved = decode(state);
  } catch (error) {
    if (!(await isState(path))) throw notOurs(folder);
    if (restart) return;
    throw new Failure(
      `--out ${folder} holds an unfinished run whose checkpoint is damaged (${oneLine(error)}); --restart starts over`,
    );
  }
  if (saved === null) throw notOurs(folder);
  if (restart) return;
  throw new Failure(
    `--out ${folder} holds an unfinished run, at step ${saved.steps}: --resume goes on with it, --restart starts over`,
  );
}

/** Where the training loop keeps its state, the job's beside it. A fresh run starts afresh, whatever lies there. */
export function jobStore(
  out: Pick<OutFolder, 'path' | 'check'>,
  job: JobState,
  saved: SavedJob | null,
): CheckpointStore {
  const file = fileCheckpoint(join(out.path, checkpointName));
  const text = JSON.stringify({ settings: job.settings, images: job.images });
  return {
    load: async () => saved?.run ?? null,
    async save(run) {
      await out.check();
      await file.save({ job: text, run });
    },
  };
}

function notOurs(folder: string): Failure {
  return new Failure(
    `--out ${folder}: ${checkpointName} is not of this job and would be replaced; move it away, or give another --out`,
  );
}

/** Whether a file begins as the states of this package do. */
async function isState(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(7), 0, 7);
    return buffer.toString('latin1', 0, bytesRead) === 'SELFSUP';
  } finally {
    await file.close();
  }
}

/** The job of a state; null where it is of something else. */
function decode(state: State): SavedJob | null {
  const { job, run } = state as { job?: unknown; run?: State };
  if (typeof job !== 'string' || typeof run !== 'object' || run === null) return null;
  let parsed: Partial<JobState> | null;
  try {
    parsed = JSON.parse(job) as typeof parsed;
  } catch {
    return null;
  }
  const { settings, images } = parsed ?? {};
  const { seconds, step } = run;
  if (typeof images !== 'string' || !isSettings(settings)) return null;
  if (!Number.isSafeInteger(step) || !((step as number) >= 0) || !((seconds as number) >= 0)) return null;
  return { settings, images, run, seconds: seconds as number, steps: step as number };
}
