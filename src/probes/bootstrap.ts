import { foldIn, integers, type Seed, uniform } from '../random/index.js';

/**
 * Bootstrap interval of a share of hits. A resample of n hits and misses holds a binomial number of hits, so each resample is
 * one draw from that law, by inversion. Two hits and two misses are added to the share that is resampled, as in Agresti and
 * Coull (1998): of samples that are all right every resample is all right, and intervals near 0 and 1 would miss the true
 * share far too often (at a share of 0.98 and 50 samples in 4 of 10 cases; with them in 1 of 50).
 */
export function accuracyInterval(
  hits: number,
  n: number,
  seed: Seed,
  resamples = 2000,
  level = 0.95,
): [number, number] {
  const cumulative = binomialCdf(n, (hits + 2) / (n + 4));
  const draws = Float64Array.from(uniform(seed, resamples), (u) => firstAbove(cumulative, u) / n).sort();
  const tail = (1 - level) / 2;
  const at = (q: number): number =>
    draws[Math.min(resamples - 1, Math.max(0, Math.round(q * (resamples - 1))))] as number;
  return [Math.min(hits / n, at(tail)), Math.max(hits / n, at(1 - tail))];
}

/** Percentile bootstrap interval of a statistic of n samples, from the places of each resample. */
export function bootstrapInterval(
  n: number,
  statistic: (places: Int32Array) => number,
  seed: Seed,
  resamples = 500,
  level = 0.95,
): [number, number] {
  const draws = Float64Array.from({ length: resamples }, (_, i) =>
    statistic(integers(foldIn(seed, i), n, { max: n })),
  ).sort();
  const at = (q: number): number => draws[Math.round(q * (resamples - 1))] as number;
  return [at((1 - level) / 2), at((1 + level) / 2)];
}

/** Probabilities of at most 0, 1, ..., n hits in n trials. */
export function binomialCdf(n: number, p: number): Float64Array {
  const out = new Float64Array(n + 1);
  let [logTerm, sum] = [n * Math.log1p(-p), 0];
  for (let k = 0; k <= n; k++) {
    sum += Math.exp(logTerm);
    out[k] = sum;
    logTerm += Math.log(n - k) - Math.log(k + 1) + Math.log(p) - Math.log1p(-p);
  }
  return out.map((v) => v / sum);
}

/** The first index whose value exceeds u. */
function firstAbove(sorted: Float64Array, u: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) > u) high = middle;
    else low = middle + 1;
  }
  return low;
}
