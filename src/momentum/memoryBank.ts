import {
  add,
  gather,
  mul,
  reshape,
  sub,
  type Tensor2D,
  type Tensor3D,
  tensor1d,
  tensor2d,
  tensorScatterUpdate,
  tidy,
  type Variable,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloats, checkIntegers } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { type Schedule, valueAt } from '../internal/schedule.js';
import { checkArrayState, checkState, fromArrayState, type State, toArrayState } from '../internal/state.js';
import { foldIn, integers, type Seed } from '../random/index.js';
import { SlotSet } from './slotSet.js';

/** Options of {@link MemoryBank}. */
export interface MemoryBankOptions {
  /** Samples of the data set: one slot each, an integer \>= 1. */
  readonly size: number;
  /** Length of a feature, an integer \>= 1. */
  readonly dim: number;
  /** Weight of what a slot holds in [0, 1], or a function of the number of updates. @defaultValue 0.5, the authors' */
  readonly momentum?: Schedule;
}

/** Options of {@link MemoryBank.sampleNegatives}. */
export interface SampleNegativesOptions {
  /** How many rows, an integer \>= 1. */
  readonly count: number;
  /** Samples never drawn, those of the batch usually. @defaultValue none */
  readonly exclude?: ArrayLike<number>;
}

/** Options of {@link MemoryBank.samplePairedNegatives}. */
export interface SamplePairedNegativesOptions {
  /** How many rows per sample, an integer \>= 1. */
  readonly count: number;
}

/**
 * One feature per sample of the data set, of unit length, that follows what the encoder says of it: a slot's first feature
 * is taken as it is, later ones are averaged in, v ← m v + (1 − m) f, and the result normalised. Slots that were never
 * written are zero and never drawn. Samples are plain numbers, not tensors: which ones a batch holds is known on the host.
 *
 * @see Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", CVPR 2018, arXiv:1805.01978,
 * section 3.2. The authors' bank starts with random rows, which serve as negatives until they are overwritten.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { infoNCELoss } from 'selfsup/losses';
 * import { MemoryBank } from 'selfsup/momentum';
 * const bank = new MemoryBank({ size: 100, dim: 16 });
 * bank.update([3, 14, 15, 92], randomNormal<Rank.R2>([4, 16]));
 * const [samples, features] = [[3, 92], randomNormal<Rank.R2>([2, 16])];
 * const negatives = bank.sampleNegatives(7, { count: 2, exclude: samples });
 * infoNCELoss(features, bank.lookup(samples), { negatives }).print();
 * bank.dispose();
 * ```
 */
export class MemoryBank {
  /** Number of slots. */
  readonly size: number;
  /** Length of a feature. */
  readonly dim: number;
  private readonly rows: Variable;
  private readonly momentum: Schedule;
  private written: SlotSet;
  private step = 0;

  /**
   * @param options - Size, feature length and momentum.
   * @throws RangeError if one is out of range.
   */
  constructor(options: MemoryBankOptions) {
    const { size, dim, momentum = 0.5 } = checkOptions('MemoryBank', options, ['size', 'dim', 'momentum']);
    checkIntegers('MemoryBank', { size: [size, 1], dim: [dim, 1] });
    valueAt('MemoryBank', 'momentum', momentum, 0, 0, 1);
    this.size = size;
    this.dim = dim;
    this.momentum = momentum;
    this.written = new SlotSet(size);
    this.rows = tidy(() => variable(zeros([size, dim]), false));
  }

  /** How many slots were written. */
  get filled(): number {
    this.alive();
    return this.written.count;
  }

  /**
   * Averages new features into the slots of their samples.
   *
   * @param samples - One slot per row, all different, integers in [0, size).
   * @param features - float32 `[samples, dim]`, any length; they stay the caller's.
   * @throws RangeError if a sample does not exist or comes twice; ShapeError on wrong features; Error after dispose().
   */
  update(samples: ArrayLike<number>, features: Tensor2D): void {
    const where = 'MemoryBank.update';
    const rows = this.alive();
    const slots = this.checkSamples(where, samples);
    checkFloats(where, { features: [features, [slots.length, this.dim]] });
    if (new Set(slots).size < slots.length) throw new RangeError(`${where}: samples must all differ, got one twice.`);
    const m = valueAt(where, 'momentum', this.momentum, this.step, 0, 1);
    tidy(() => {
      const indices = tensor2d(slots, [slots.length, 1], 'int32');
      const past = tensor2d(
        Float32Array.from(slots, (slot) => (this.written.has(slot) ? m : 0)),
        [slots.length, 1],
      );
      const old = gather(rows, reshape(indices, [slots.length]));
      const mixed = l2Normalize(add(mul(old, past), mul(l2Normalize(features), sub(1, past))));
      rows.assign(tensorScatterUpdate(rows, indices, mixed));
    });
    for (const slot of slots) this.written.add(slot);
    this.step += 1;
  }

  /**
   * Features of samples, the positives of instance discrimination.
   *
   * @param samples - Integers in [0, size); repetition is fine.
   * @returns `[samples, dim]`, zeros where a slot was never written; the caller disposes it.
   * @throws RangeError if a sample does not exist; Error after dispose().
   */
  lookup(samples: ArrayLike<number>): Tensor2D {
    const rows = this.alive();
    return this.gatherRows(rows, this.checkSamples('MemoryBank.lookup', samples));
  }

  /**
   * All slots.
   *
   * @returns A copy, `[size, dim]`, zeros where a slot was never written; the caller disposes it.
   * @throws Error after dispose().
   */
  values(): Tensor2D {
    return mul(this.alive(), 1);
  }

  /**
   * Features of different samples, drawn uniformly among those that were written: negatives for all queries.
   *
   * @param seed - Same seed, same draw.
   * @param options - How many, and which samples not.
   * @returns `[count, dim]`, fewer rows (none at first) where fewer samples are there; the caller disposes it.
   * `infoNCELoss` takes no rows as no negatives.
   * @throws RangeError if count is not a positive integer or an excluded sample does not exist; Error after dispose().
   */
  sampleNegatives(seed: Seed, options: SampleNegativesOptions): Tensor2D {
    const where = 'MemoryBank.sampleNegatives';
    const rows = this.alive();
    const { count, exclude = [] } = checkOptions(where, options, ['count', 'exclude']);
    checkIntegers(where, { count: [count, 1] });
    const left = this.written.without(Array.from(exclude, (sample) => this.checkSample(where, sample)));
    const drawn = drawDistinct(seed, Math.min(count, left.length), left.length);
    return this.gatherRows(
      rows,
      Int32Array.from(drawn, (i) => left[i] as number),
    );
  }

  /**
   * Features drawn uniformly, with replacement, among the written slots of other samples: own negatives for each query.
   *
   * @param samples - Samples of the queries, integers in [0, size).
   * @param seed - Same seed, same draw; that of query i depends on seed and i alone.
   * @param options - How many for each.
   * @returns `[samples, count, dim]`; the caller disposes it.
   * @throws RangeError if count is not a positive integer, a sample does not exist, or none but a sample's own slot was
   * written; Error after dispose().
   */
  samplePairedNegatives(samples: ArrayLike<number>, seed: Seed, options: SamplePairedNegativesOptions): Tensor3D {
    const where = 'MemoryBank.samplePairedNegatives';
    const rows = this.alive();
    const { count } = checkOptions(where, options, ['count']);
    checkIntegers(where, { count: [count, 1] });
    const slots = this.checkSamples(where, samples);
    const members = this.written.members();
    const picked = Array.from(slots, (slot, i) => {
      const own = this.written.rank(slot);
      const others = members.length - (own < 0 ? 0 : 1);
      if (others === 0) throw new RangeError(`${where}: samples must have others to choose from, got none written.`);
      const ranks = integers(foldIn(seed, i), count, { max: others });
      return Array.from(ranks, (r) => members[own >= 0 && r >= own ? r + 1 : r] as number);
    });
    return tidy(() => {
      const drawn = this.gatherRows(rows, Int32Array.from(picked.flat()));
      return reshape(drawn, [slots.length, count, this.dim]) as Tensor3D;
    });
  }

  /**
   * Reads everything back.
   *
   * @returns `{rows, written, step}`.
   * @throws Error after dispose().
   */
  async getState(): Promise<State> {
    const values = this.values();
    const [written, step] = [this.written.toArray(), this.step];
    const rows = await toArrayState(values);
    values.dispose();
    return { rows, written: { dtype: 'bool', shape: [this.size], data: written }, step };
  }

  /**
   * Takes over what `getState` gave.
   *
   * @param state - State of a bank of the same size.
   * @throws ShapeError or RangeError if it is not; then nothing has changed. Error after dispose().
   */
  async setState(state: State): Promise<void> {
    const where = 'MemoryBank.setState';
    const rows = this.alive();
    checkState(where, 'state', state);
    const { written, step } = state;
    checkIntegers(where, { step: [step as number, 0] });
    checkArrayState(where, 'written', written, [this.size], 'bool');
    tidy(() => rows.assign(fromArrayState(where, 'rows', state.rows, [this.size, this.dim], 'float32')));
    this.written = SlotSet.from(written.data);
    this.step = step as number;
  }

  /** Frees the slots. Safe to call twice; any other use afterwards throws. */
  dispose(): void {
    if (!this.rows.isDisposed) this.rows.dispose();
  }

  private gatherRows(rows: Variable, slots: Int32Array): Tensor2D {
    if (slots.length === 0) return tensor2d([], [0, this.dim]);
    return tidy(() => gather(rows, tensor1d(slots, 'int32')) as Tensor2D);
  }

  private checkSamples(where: string, samples: ArrayLike<number>): Int32Array {
    if (!(samples?.length >= 1)) throw new RangeError(`${where}: samples must be a list of at least one number.`);
    return Int32Array.from(samples, (sample) => this.checkSample(where, sample));
  }

  private checkSample(where: string, sample: number): number {
    checkIntegers(where, { sample: [sample, 0, this.size - 1] });
    return sample;
  }

  private alive(): Variable {
    if (this.rows.isDisposed) throw new Error('MemoryBank: used after dispose().');
    return this.rows;
  }
}

/** `count` different numbers below n, every set as likely as any other (Floyd's algorithm). */
function drawDistinct(seed: Seed, count: number, n: number): Set<number> {
  const words = integers(seed, count, { max: 2 ** 31 });
  const drawn = new Set<number>();
  for (let i = 0; i < count; i++) {
    const last = n - count + i;
    const r = Math.floor(((words[i] as number) / 2 ** 31) * (last + 1));
    drawn.add(drawn.has(r) ? last : r);
  }
  return drawn;
}
