import { checkOptions } from '../internal/checkOptions.js';
import type { CheckpointStore } from '../internal/checkpointStore.js';
import { show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import type { State } from '../internal/state.js';

/** Options of {@link indexedDBCheckpoint}. */
export interface IndexedDBCheckpointOptions {
  /** Database that holds the checkpoints, each under its name. @defaultValue 'selfsup' */
  readonly database?: string;
}

const STORE = 'checkpoints';

/**
 * Keeps a training state in the browser's IndexedDB, in a page or a worker. A save is one transaction: whatever happens to
 * the tab, the browser or its power meanwhile, what is there afterwards is the old state or the new one, whole. Saves that
 * overlap run one after the other. In Node use `fileCheckpoint` of `selfsup/node`.
 *
 * @param name - Name of the run, not empty.
 * @param options - Database.
 * @returns A store for `pretrain`'s `checkpoint`. `load` gives null where nothing was saved, `clear` removes what was, so
 * that the next run starts over. All reject with an Error that names the run: where there is no IndexedDB, the quota is used up, or the state holds what can't be copied.
 * @throws RangeError if the name is empty.
 * @example
 * ```ts
 * import { indexedDBCheckpoint } from 'selfsup/training';
 * const store = indexedDBCheckpoint('simclr-on-my-photos');
 * // await pretrain(method, batches, { steps: 1000, optimizer, seed: 1, checkpoint: { store, every: 50 } });
 * ```
 */
export function indexedDBCheckpoint(name: string, options: IndexedDBCheckpointOptions = {}): CheckpointStore {
  const { database = 'selfsup' } = checkOptions('indexedDBCheckpoint', options, ['database']);
  for (const [key, value] of Object.entries({ name, database })) {
    if (typeof value === 'string' && value.length > 0) continue;
    throw new RangeError(`indexedDBCheckpoint: ${key} must be a text that is not empty, got ${show(value)}.`);
  }
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const result = last.then(run).catch((error) => {
      throw new Error(`indexedDBCheckpoint: ${(error as Error)?.message ?? error}: ${name}`, { cause: error });
    });
    last = result.catch(() => undefined);
    return result;
  };
  return {
    save: (state) => inTurn(() => transact(database, 'readwrite', (states) => states.put(state, name)).then(() => {})),
    load: () =>
      inTurn(async () => ((await transact(database, 'readonly', (states) => states.get(name))) ?? null) as State),
    clear: () => inTurn(() => transact(database, 'readwrite', (states) => states.delete(name)).then(() => {})),
  };
}

/** Runs one request in a transaction of its own; resolves once that is complete, which is when it will last. */
async function transact<T>(
  database: string,
  mode: IDBTransactionMode,
  request: (states: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  if (typeof indexedDB === 'undefined') {
    throw new Error('there is no IndexedDB here (in Node, use fileCheckpoint of selfsup/node)');
  }
  const connection = await open(database);
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = connection.transaction(STORE, mode, { durability: 'strict' });
      const failed = (): void => reject(transaction.error ?? new Error('the transaction was aborted'));
      transaction.onabort = failed;
      transaction.onerror = failed;
      const asked = request(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked.result);
    });
  } finally {
    connection.close();
  }
}

function open(database: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(database, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new Error('the database is blocked by another tab'));
  });
}
