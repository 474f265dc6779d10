import { show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { evenlySpaced, valueFingerprint } from '../internal/fingerprint.js';
import { type BatchSource, disposeBatch, isAddressed } from './batchSource.js';

/** Batches looked at where a source has no fingerprint of its own. */
const SAMPLE = 4;

/**
 * What discriminates a source from another: its own `fingerprint`, or a few of its batches. Undefined where none can be had
 * without starting a pass over the data; then the first batch of the run says, by {@link firstBatchFingerprint}.
 */
export async function sourceFingerprint(source: BatchSource<unknown>): Promise<string | undefined> {
  const { fingerprint } = source as { fingerprint?: unknown };
  if (fingerprint !== undefined) {
    const text: unknown = await (typeof fingerprint === 'function' ? fingerprint.call(source) : fingerprint);
    if (typeof text === 'string') return text;
    throw new RangeError(`pretrain: source.fingerprint must give a text, got ${show(text)}.`);
  }
  if (Array.isArray(source)) return fromSample('array', source.length, (i) => source[i]);
  if (!isAddressed(source)) return undefined;
  return fromSample('batches', source.stepsPerEpoch, (i) => source.at(i), disposeBatch);
}

/** What discriminates a source of which no more is known than the batch that comes first. */
export async function firstBatchFingerprint(batch: unknown): Promise<string> {
  return `first batch ${await valueFingerprint(batch)}`;
}

async function fromSample(
  kind: string,
  count: number,
  batch: (i: number) => unknown,
  release: (batch: unknown) => void = () => undefined,
): Promise<string> {
  const found: string[] = [];
  for (const i of evenlySpaced(count, SAMPLE)) {
    const value = batch(i);
    try {
      found.push(`${i}: ${await valueFingerprint(value)}`);
    } finally {
      release(value);
    }
  }
  return `${kind} of ${count}, ${found.join(', ')}`;
}
