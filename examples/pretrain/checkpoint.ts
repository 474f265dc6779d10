import { join } from 'node:path';
import { fileCheckpoint } from 'selfsup/node';
import type { CheckpointStore, State } from 'selfsup/training';
import { Failure, oneLine } from './failure.js';
import type { Settings } from './settings.js';

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
  const { job, run } = state as { job?: string; run?: State };
  if (typeof job !== 'string' || run === undefined)
    throw new Failure(`--resume: not a checkpoint of this job: ${path}`);
  const { settings, images } = JSON.parse(job) as JobState;
  return { settings, images, run, seconds: run.seconds as number, steps: run.step as number };
}

/** Where the training loop keeps its state, the job's beside it. A fresh run starts afresh, whatever lies there. */
export function jobStore(folder: string, job: JobState, saved: SavedJob | null): CheckpointStore {
  const file = fileCheckpoint(join(folder, checkpointName));
  const text = JSON.stringify({ settings: job.settings, images: job.images });
  return {
    load: async () => saved?.run ?? null,
    save: (run) => file.save({ job: text, run }),
  };
}
