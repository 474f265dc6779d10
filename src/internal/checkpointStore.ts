import type { State } from './state.js';

/** Where a training run keeps its state: a file in Node (`fileCheckpoint`), or anything with these functions. */
export interface CheckpointStore {
  /**
   * Replaces what is stored, all or nothing: a reader never sees half a state.
   *
   * @param state - What to store.
   */
  save(state: State): Promise<void>;
  /**
   * Reads what was stored last.
   *
   * @returns The state, or null when nothing has been stored.
   */
  load(): Promise<State | null>;
  /** Removes what was stored, so that the next run starts over. */ clear?(): Promise<void>;
}
