import type { CheckpointStore } from '../../src/internal/checkpointStore.js';
import type { State } from '../../src/internal/state.js';

/** A store that holds copies in memory. */
export class MemoryStore implements CheckpointStore {
  state: State | null = null;
  /** Steps of the runs that were saved, one after the other. */
  readonly saves: number[] = [];
  async save(state: State): Promise<void> {
    this.state = structuredClone(state);
    this.saves.push(state.step as number);
  }
  async load(): Promise<State | null> {
    return structuredClone(this.state);
  }
  async clear(): Promise<void> {
    this.state = null;
  }
}
