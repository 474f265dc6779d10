import { checkOptions } from '../internal/checkOptions.js';
import type { CheckpointStore } from '../internal/checkpointStore.js';
import { checkChoice, checkIntegers, checkNumbers, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { firstNonFinite } from '../internal/state.js';
import { type BatchSource, batchesFrom, type NextBatch } from './batchSource.js';
import { nonFiniteWeights } from './checkFinite.js';
import type { Method } from './method.js';
import { decodeRun, encodeRun, type RunParts, type RunState, restoreRun, type SavedRun } from './runState.js';
import { firstBatchFingerprint, sourceFingerprint } from './sourceFingerprint.js';

/** Where and how often {@link pretrain} keeps the state of the run. */
export interface CheckpointOptions {
  /** Where the state is kept. A run that it holds already is resumed; `store.clear()` starts over. */
  readonly store: CheckpointStore;
  /** Steps between two saves, >= 1. It is saved at the end and on abort in any case. @defaultValue 100 */
  readonly every?: number;
  /** Seconds after which it is saved as well, \> 0: slow steps are not lost either. @defaultValue 30 */
  readonly everySeconds?: number;
  /**
   * What happens where the source is not that of the checkpoint (other data, batch size, or seed of the order, by its
   * fingerprint): `'refuse'` throws, and nothing has changed; `'continue'` goes on with the new one.
   *
   * @defaultValue 'refuse'
   */
  readonly onOtherData?: 'refuse' | 'continue';
}

/** Checks the options of a checkpoint. */
export function checkCheckpoint(checkpoint: CheckpointOptions): void {
  const { store, every, everySeconds, onOtherData } = checkOptions(
    'pretrain',
    checkpoint,
    ['store', 'every', 'everySeconds', 'onOtherData'],
    'checkpoint',
  );
  const isStore = typeof store?.save === 'function' && typeof store.load === 'function';
  if (!isStore) {
    throw new RangeError(`pretrain: checkpoint.store must have the functions save and load, got ${show(store)}.`);
  }
  if (every !== undefined) checkIntegers('pretrain', { 'checkpoint.every': [every, 1] });
  if (everySeconds !== undefined) {
    checkNumbers('pretrain', { 'checkpoint.everySeconds': [everySeconds, Number.MIN_VALUE] });
  }
  if (onOtherData !== undefined) {
    checkChoice('pretrain', 'checkpoint.onOtherData', onOtherData, ['refuse', 'continue']);
  }
}

/** Batches one after the other; to be closed. */
interface Stream<B> extends AsyncIterableIterator<NextBatch<B>> {
  return(value: undefined): Promise<IteratorResult<NextBatch<B>>>;
}

/** Saves a run now and then, and resumes it. */
export class RunKeeper<Batch> {
  private fingerprint: string | null = null;
  private saved = performance.now();

  constructor(
    private readonly options: CheckpointOptions,
    private readonly parts: RunParts,
    private readonly run: RunState,
  ) {}

  /**
   * The batches that come next: from the start, or where the store holds a run, from where that stands, once method,
   * optimizer and position are put back. Where it does not fit, nothing has changed.
   *
   * @param done - Whether a run at this step has nothing left to do.
   */
  async open(source: BatchSource<Batch>, done: (step: number) => boolean): Promise<Stream<Batch>> {
    const state: unknown = await this.options.store.load();
    const saved = state === null || state === undefined ? null : decodeRun(state, this.parts);
    const known = await sourceFingerprint(source);
    this.fingerprint = known ?? null;
    const note = async (batch: Batch): Promise<void> => {
      this.fingerprint = known ?? (await firstBatchFingerprint(batch));
    };
    const start = saved === null || done(saved.step) ? 0 : saved.step * this.parts.accumulate;
    const stream: Stream<Batch> = batchesFrom(source, start, note);
    if (saved === null) return stream;
    if (known !== undefined) {
      await this.resume(saved);
      return stream;
    }
    // The first batch says which data it is, and comes before anything is put back.
    const next = await stream.next();
    try {
      await this.resume(saved);
    } catch (error) {
      if (!next.done) next.value.release();
      await stream.return(undefined);
      throw error;
    }
    return prepend(next, stream);
  }

  /** Whether it is time to save. */
  get due(): boolean {
    const { every = 100, everySeconds = 30 } = this.options;
    return this.run.step % every === 0 || performance.now() - this.saved >= 1000 * everySeconds;
  }

  /** Saves method, optimizer, losses and position. Throws rather than keep weights that are not finite. */
  async save(): Promise<void> {
    const { parts, run, fingerprint } = this;
    const state = await encodeRun(parts, run, fingerprint);
    const bad = firstNonFinite(state, 'state');
    if (bad !== undefined) {
      const names = await nonFiniteWeights(parts.method as Method<never, unknown>);
      const what = (names.length > 0 ? names : [bad]).slice(0, 3).join(', ');
      throw new Error(
        `pretrain: weights are not finite after step ${run.step - 1} (${what}); no checkpoint was written, the last one is kept.`,
      );
    }
    await this.options.store.save(state);
    this.saved = performance.now();
  }

  private async resume(saved: SavedRun): Promise<void> {
    const { source, step, loss, seconds, images } = saved;
    if (source !== null && source !== this.fingerprint && this.options.onOtherData !== 'continue') {
      throw new RangeError(
        `pretrain: source must be that of the checkpoint, "${source}", got "${this.fingerprint}"; checkpoint.onOtherData: 'continue' goes on with it, store.clear() starts over.`,
      );
    }
    await restoreRun(saved, this.parts);
    Object.assign(this.run, { step, loss, seconds, images });
  }
}

/** What was drawn already, and then the rest. It is a generator's own work to free what nobody asked for. */
function prepend<B>(first: IteratorResult<NextBatch<B>>, rest: Stream<B>): Stream<B> {
  let drawn: typeof first | undefined = first;
  return {
    async next() {
      const next = drawn ?? (await rest.next());
      drawn = undefined;
      return next;
    },
    async return() {
      if (drawn !== undefined && !drawn.done) drawn.value.release();
      drawn = undefined;
      return rest.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
