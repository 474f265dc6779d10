import { clone, dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import { underGradient } from '../internal/underGradient.js';

/**
 * What the losses of a step have produced for `afterStep` to store: copies of tensors, by the prepared batch that they belong
 * to. All batches of an accumulated step count, a batch whose loss is taken twice counts once, and a loss that is taken
 * without a gradient, to look at it, does not count.
 */
export class ProducedByLoss<T extends Tensor> {
  private readonly byBatch = new Map<object, T>();

  /** Keeps a copy, if the loss is taken under a gradient tape. */
  note(prepared: object, produced: T): void {
    if (!underGradient() || this.byBatch.has(prepared)) return;
    this.byBatch.set(prepared, keep(clone(produced)));
  }

  /** Passes on what was produced since the last call, batch by batch, and forgets it. */
  take(store: (produced: T) => void): void {
    try {
      for (const produced of this.byBatch.values()) store(produced);
    } finally {
      this.clear();
    }
  }

  /** Forgets all. */
  clear(): void {
    dispose([...this.byBatch.values()]);
    this.byBatch.clear();
  }
}
