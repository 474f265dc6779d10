/** When the learning rate is to have sunk to zero: by steps where their number is known, else by time. */
export interface Span {
  /** Steps in all; null: bounded by time alone. */
  readonly steps: number | null;
  /** Share of the time that is over, in [0, 1]; asked for only where `steps` is null. */
  readonly elapsed: () => number;
}

/** Rises over the first steps, then half a cosine down to zero. */
export function warmupCosine(peak: number, span: Span, warmup = 10): (step: number) => number {
  return (step) => {
    const done = span.steps === null ? span.elapsed() : step / span.steps;
    const rising = Math.min(1, (step + 1) / warmup);
    return peak * rising * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done)));
  };
}
