import { show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { meanOf } from './averages.js';
import type { Corruption } from './corrupt.js';

/** Accuracy under one corruption. */
export interface CorruptedAccuracy {
  /** The corruption. */
  readonly kind: Corruption;
  /** Its severity. */
  readonly severity: number;
  /** Share of corrupted test samples that are classified right. */
  readonly accuracy: number;
  /** Bootstrap interval of it, 95 %, over test samples. */
  readonly interval: [number, number];
  /** Predicted class of each test sample. */
  readonly predictions: number[];
}

/** What one kind of corruption does, severities together. */
export interface KindAccuracy {
  /** The corruption. */
  readonly kind: Corruption;
  /** Mean accuracy over the severities. */
  readonly accuracy: number;
  /** Errors as a multiple of the baseline's; null without a baseline, or where it made none. */
  readonly relativeError: number | null;
}

/** Result of `robustnessProbe`: plain JSON. */
export interface RobustnessProbeResult {
  /** Always `'robustness'`. */
  readonly probe: 'robustness';
  /** Accuracy on the images as they are. */
  readonly clean: number;
  /** Bootstrap interval of it, 95 %, over test samples. */
  readonly cleanInterval: [number, number];
  /** Predicted class of each test sample as it is. */
  readonly cleanPredictions: number[];
  /** Every corruption at every severity. */
  readonly corrupted: CorruptedAccuracy[];
  /** Every corruption, severities together. */
  readonly byKind: KindAccuracy[];
  /** Mean accuracy over kinds and severities. */
  readonly accuracy: number;
  /** `accuracy` as a share of `clean`; 0 where that is 0. */
  readonly relativeAccuracy: number;
  /** Mean over kinds of the errors as a multiple of the baseline's (mCE); null without a baseline. */
  readonly meanCorruptionError: number | null;
  /** Number of classes. */
  readonly classes: number;
  /** Numbers per sample. */
  readonly dim: number;
  /** Training samples. */
  readonly trainSamples: number;
  /** Test samples. */
  readonly testSamples: number;
}

/** One corruption at one severity. */
export interface Grade {
  readonly kind: Corruption;
  readonly severity: number;
}

/** Share of errors that the baseline made. */
export function errorOf(baseline: RobustnessProbeResult | undefined, { kind, severity }: Grade): number {
  if (baseline === undefined) return 0;
  const found = baseline.corrupted?.find((one) => one.kind === kind && one.severity === severity);
  if (found === undefined) {
    throw new RangeError(
      `robustnessProbe: baseline must have ${show(kind)} at severity ${severity}, got ${baseline.corrupted?.length ?? 'no'} others.`,
    );
  }
  return 1 - found.accuracy;
}

/** Means over severities, then over kinds; `before` holds the baseline's share of errors at each grade, null without one. */
export function averaged(
  kinds: readonly Corruption[],
  corrupted: readonly CorruptedAccuracy[],
  before: readonly number[] | null,
): Pick<RobustnessProbeResult, 'byKind' | 'accuracy' | 'meanCorruptionError'> {
  const byKind = kinds.map((kind): KindAccuracy => {
    const own = [...corrupted.keys()].filter((i) => corrupted[i]?.kind === kind);
    const mean = meanOf(own.map((i) => corrupted[i]?.accuracy as number));
    const reference = before ? meanOf(own.map((i) => before[i] as number)) : 0;
    return { kind, accuracy: mean, relativeError: reference > 0 ? (1 - mean) / reference : null };
  });
  const relative = byKind.map((k) => k.relativeError).filter((e) => e !== null);
  return {
    byKind,
    accuracy: meanOf(byKind.map((k) => k.accuracy)),
    meanCorruptionError: relative.length > 0 ? meanOf(relative) : null,
  };
}
