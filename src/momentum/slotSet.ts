/** Which of `size` slots were written, and these in ascending order. */
export class SlotSet {
  private readonly flags: Uint8Array;
  private sorted: Int32Array | undefined;
  /** How many were written. */
  count = 0;

  constructor(size: number) {
    this.flags = new Uint8Array(size);
  }

  /** The set of the slots whose flag is not 0. */
  static from(flags: ArrayLike<number>): SlotSet {
    const set = new SlotSet(flags.length);
    for (let i = 0; i < flags.length; i++) if (flags[i]) set.add(i);
    return set;
  }

  has(slot: number): boolean {
    return this.flags[slot] === 1;
  }

  add(slot: number): void {
    if (this.has(slot)) return;
    this.flags[slot] = 1;
    this.count += 1;
    this.sorted = undefined;
  }

  /** Flags, one per slot. */
  toArray(): Uint8Array {
    return this.flags.slice();
  }

  /** All members, ascending. The array is shared: it is not to be changed. */
  members(): Int32Array {
    this.sorted ??= Int32Array.from({ length: this.count }, nextSet(this.flags));
    return this.sorted;
  }

  /** Members but for the given ones, ascending. */
  without(excluded: readonly number[]): Int32Array {
    const out = new Set(excluded);
    return this.members().filter((slot) => !out.has(slot));
  }

  /** Where a member stands among all, or -1. */
  rank(slot: number): number {
    return this.has(slot) ? lowerBound(this.members(), slot) : -1;
  }
}

/** Successive indices whose flag is set. */
function nextSet(flags: Uint8Array): () => number {
  let i = -1;
  return () => {
    do i++;
    while (flags[i] === 0);
    return i;
  };
}

function lowerBound(sorted: Int32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
