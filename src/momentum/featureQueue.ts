import {
  clone,
  concat,
  dispose,
  keep,
  slice,
  type Tensor,
  type Tensor2D,
  tensor2d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkFloats, checkIntegers } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import type { FeatureBlock } from '../internal/featureBlocks.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import {
  type ArrayState,
  checkState,
  fromArrayState,
  isArrayState,
  type State,
  toArrayState,
} from '../internal/state.js';

/** Size of a {@link FeatureQueue}. */
export interface FeatureQueueOptions {
  /** Rows that it holds when full, an integer \>= 1; MoCo has 65536. */
  readonly capacity: number;
  /** Length of a row, an integer \>= 1. */
  readonly dim: number;
  /**
   * When rows are L2-normalised:
   *
   * - `'onUse'`: `values()` gives them as they came, the losses get them normalised (this keeps one copy more).
   * - `'onEnqueue'`: normalised as they come in, as MoCo does.
   * - `'never'`: kept and taken as they are.
   *
   * @defaultValue 'onUse'
   */
  readonly normalize?: 'onUse' | 'onEnqueue' | 'never';
}

/** Slots of a block: few enough that rewriting one is cheap, enough that a product with one runs at full speed. */
const BLOCK = 4096;

/**
 * Ring of the last `capacity` keys, the negatives of MoCo. A batch goes into the next slots, in order, and on from slot 0
 * after the last one; a batch of any size may come, of which the last `capacity` rows stay. Before it is full it holds what
 * was enqueued and nothing else.
 *
 * Rows are kept in blocks of 4096 and in both orientations, so that neither the logits nor their gradient need a
 * transposition and `enqueue` rewrites only the blocks that change.
 *
 * @see He et al., "Momentum Contrast", CVPR 2020, arXiv:1911.05722, section 3.1. The authors' queue starts with random rows
 * and asks that the batch divides the capacity; this one does neither.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { FeatureQueue } from 'selfsup/momentum';
 * const queue = new FeatureQueue({ capacity: 3, dim: 1 });
 * queue.enqueue(tensor2d([[1], [2]]));
 * queue.enqueue(tensor2d([[3], [4]]));
 * queue.values().print(); // [[4], [2], [3]]
 * queue.dispose();
 * ```
 */
export class FeatureQueue {
  /** Rows that it holds when full. */
  readonly capacity: number;
  /** Length of a row. */
  readonly dim: number;
  private readonly normalize: 'onUse' | 'onEnqueue' | 'never';
  private readonly stored: StoredBlock[] = [];
  private next = 0;
  private count = 0;
  private restoredLong = false;
  private disposed = false;

  /**
   * @param options - Capacity, row length, and when to normalise.
   * @throws RangeError if capacity or dim is not a positive integer, or `normalize` unknown.
   */
  constructor(options: FeatureQueueOptions) {
    const names = ['capacity', 'dim', 'normalize'] as const;
    const { capacity, dim, normalize = 'onUse' } = checkOptions('FeatureQueue', options, names);
    checkIntegers('FeatureQueue', { capacity: [capacity, 1], dim: [dim, 1] });
    checkChoice('FeatureQueue', 'normalize', normalize, ['onUse', 'onEnqueue', 'never']);
    this.capacity = capacity;
    this.dim = dim;
    this.normalize = normalize;
  }

  /** How many slots are filled, 0 to `capacity`. */
  get filled(): number {
    this.checkAlive();
    return this.count;
  }

  /** Whether losses get rows no longer than 1: unless `normalize` is `'never'`, or longer ones came with a state. */
  get unit(): boolean {
    return this.normalize !== 'never' && !this.restoredLong;
  }

  /** The slot that the next row goes to, 0 to `capacity` - 1. */
  get pointer(): number {
    this.checkAlive();
    return this.next;
  }

  /**
   * Copies keys into the next slots, over the oldest rows.
   *
   * @param keys - float32 `[batch, dim]`, any batch; they stay the caller's.
   * @throws ShapeError on a wrong shape or dtype; Error after dispose().
   */
  enqueue(keys: Tensor2D): void {
    this.checkAlive();
    checkFloats('FeatureQueue.enqueue', { keys: [keys, ['batch', this.dim]] });
    const batch = keys.shape[0];
    const end = (this.next + batch) % this.capacity;
    tidy(() => {
      const all = this.normalize === 'onEnqueue' ? l2Normalize(keys) : keys;
      const rows = (from: number, to: number): Tensor2D => slice(all, [from, 0], [to - from, this.dim]);
      if (batch >= this.capacity) {
        const oldest = batch - this.capacity;
        this.write(0, concat([rows(batch - end, batch), rows(oldest, batch - end)]));
      } else {
        const before = Math.min(batch, this.capacity - this.next);
        this.write(this.next, rows(0, before));
        if (before < batch) this.write(0, rows(before, batch));
      }
    });
    this.next = end;
    this.count = Math.min(this.capacity, this.count + batch);
  }

  /**
   * The filled rows in slot order.
   *
   * @returns A copy, `[filled, dim]`; the caller disposes it.
   * @throws Error after dispose().
   */
  values(): Tensor2D {
    this.checkAlive();
    const rows = this.stored.map((block) => block.given ?? block.rows);
    if (rows.length === 0) return tensor2d([], [0, this.dim]);
    return rows.length === 1 ? clone(rows[0] as Tensor2D) : concat(rows);
  }

  /**
   * The filled rows as the losses read them, block by block.
   *
   * @returns Blocks in slot order. The tensors stay the queue's: do not dispose them; the next `enqueue` may.
   * @throws Error after dispose().
   */
  blocks(): readonly FeatureBlock[] {
    this.checkAlive();
    return this.stored;
  }

  /**
   * Reads everything back.
   *
   * @returns `{rows, pointer, filled}`, rows `[filled, dim]` in slot order.
   * @throws Error after dispose().
   */
  async getState(): Promise<State> {
    const values = this.values();
    const { next: pointer, count: filled } = this;
    const rows = await toArrayState(values);
    values.dispose();
    return { rows, pointer, filled };
  }

  /**
   * Takes over what `getState` gave.
   *
   * @param state - `{rows, pointer, filled}`; rows may also have `capacity` rows, of which the first `filled` count.
   * @throws ShapeError or RangeError if it belongs to a queue of another size; then nothing has changed. Error after
   * dispose().
   */
  async setState(state: State): Promise<void> {
    this.checkAlive();
    checkState('FeatureQueue.setState', 'state', state);
    const { rows, pointer, filled } = state as { rows: unknown; pointer: number; filled: number };
    const last = this.capacity - 1;
    checkIntegers('FeatureQueue.setState', { filled: [filled, 0, this.capacity], pointer: [pointer, 0, last] });
    if (filled < this.capacity && pointer !== filled) {
      throw new RangeError(`FeatureQueue.setState: pointer must be ${filled}, as filled is, got ${pointer}.`);
    }
    const given = isArrayState(rows) && rows.shape[0] === this.capacity ? this.capacity : filled;
    tidy(() => {
      const all = fromArrayState<Tensor2D>('FeatureQueue.setState', 'rows', rows, [given, this.dim], 'float32');
      this.clear();
      if (filled > 0) this.write(0, slice(all, [0, 0], [filled, this.dim]));
    });
    this.next = pointer;
    this.count = filled;
    this.restoredLong = this.normalize === 'onEnqueue' && hasLongRows(rows as ArrayState, this.dim);
  }

  /** Frees the rows. Safe to call twice; any other use afterwards throws. */
  dispose(): void {
    this.clear();
    this.disposed = true;
  }

  private clear(): void {
    for (const block of this.stored.splice(0)) dispose(tensorsOf(block));
  }

  /** Writes rows into successive slots, which do not wrap around here. */
  private write(slot: number, rows: Tensor2D): void {
    for (let done = 0; done < rows.shape[0]; ) {
      const index = Math.floor((slot + done) / BLOCK);
      const offset = (slot + done) % BLOCK;
      const room = Math.min(BLOCK - offset, rows.shape[0] - done);
      const piece = room === rows.shape[0] ? rows : slice(rows, [done, 0], [room, this.dim]);
      const old = this.stored[index];
      tidy(() => {
        const block = replace(old, offset, piece, this.normalize === 'onUse');
        for (const tensor of tensorsOf(block)) keep(tensor);
        this.stored[index] = block;
      });
      if (old) dispose(tensorsOf(old));
      done += room;
    }
  }

  private checkAlive(): void {
    if (this.disposed) throw new Error('FeatureQueue: used after dispose().');
  }
}

/** Whether a row is longer than 1 by more than rounding. */
function hasLongRows({ data }: ArrayState, dim: number): boolean {
  for (let start = 0; start < data.length; start += dim) {
    let square = 0;
    for (let i = start; i < start + dim; i++) square += (data[i] as number) ** 2;
    if (!(square < 1.01)) return true;
  }
  return false;
}

interface StoredBlock extends FeatureBlock {
  /** The rows as they came, where the losses get them normalised. */
  readonly given: Tensor2D | undefined;
}

function tensorsOf({ rows, columns, given }: StoredBlock): Tensor2D[] {
  return given ? [rows, columns, given] : [rows, columns];
}

/** A block with `rows` from slot `offset` on in place of what was there. */
function replace(old: StoredBlock | undefined, offset: number, rows: Tensor2D, normalize: boolean): StoredBlock {
  const taken = normalize ? l2Normalize(rows) : rows;
  return {
    rows: splice(old?.rows, taken, offset, 0),
    columns: splice(old?.columns, transpose(taken), offset, 1),
    given: normalize ? splice(old?.given, rows, offset, 0) : undefined,
  };
}

/** `old` with `part` in place of what it has along an axis from `offset` on, and longer where `part` reaches beyond it. */
function splice(old: Tensor2D | undefined, part: Tensor2D, offset: number, axis: 0 | 1): Tensor2D {
  const end = offset + (part.shape[axis] as number);
  const length = old?.shape[axis] ?? 0;
  const cut = (from: number, to: number): Tensor[] => {
    if (old === undefined || from >= to) return [];
    const [rows, columns] = old.shape;
    return axis === 0 ? [slice(old, [from, 0], [to - from, columns])] : [slice(old, [0, from], [rows, to - from])];
  };
  const pieces = [...cut(0, offset), part, ...cut(end, length)];
  return pieces.length === 1 ? clone(part) : (concat(pieces, axis) as Tensor2D);
}
