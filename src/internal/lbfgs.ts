/** Value and gradient of a function at a point. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** How {@link lbfgs} works. */
export interface LbfgsOptions {
  /** Stops when no entry of the gradient is larger. */
  readonly tolerance: number;
  readonly maxIterations: number;
  /** Pairs remembered. @defaultValue 10 */
  readonly memory?: number;
  /** An approximate inverse Hessian times a vector. @defaultValue the identity */
  readonly precondition?: ((v: Float64Array) => Float64Array) | undefined;
}

/** Where {@link lbfgs} ended. */
export interface LbfgsResult extends Evaluation {
  readonly x: Float64Array;
  readonly iterations: number;
  /** Evaluations of the function. */
  readonly evaluations: number;
  /** Largest entry of the gradient, as a size. */
  readonly gradientNorm: number;
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};
const largest = (a: Float64Array): number => a.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
const shifted = (x: Float64Array, t: number, d: Float64Array): Float64Array =>
  x.map((v, i) => v + t * (d[i] as number));

/**
 * Minimises a smooth function: limited-memory BFGS with a bracketing search for a step that satisfies the weak Wolfe
 * conditions. Deterministic; ends early where float32 noise in the function lets no step improve it.
 *
 * See Nocedal and Wright, "Numerical Optimization", 2nd ed., algorithm 7.4; Lewis and Overton, 2013, section 4.
 */
export async function lbfgs(
  f: (x: Float64Array) => Promise<Evaluation>,
  start: Float64Array,
  options: LbfgsOptions,
): Promise<LbfgsResult> {
  const { tolerance, maxIterations, memory = 10, precondition = (v: Float64Array) => v.slice() } = options;
  const pairs: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  let x = start;
  let now = await f(x);
  let [iterations, evaluations] = [0, 1];
  for (; iterations < maxIterations && largest(now.gradient) > tolerance; iterations++) {
    const direction = descent(now.gradient, pairs, precondition);
    const slope = dot(now.gradient, direction);
    if (!(slope < 0)) break;
    let t = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(direction, direction))) : 1;
    let [low, high] = [0, Number.POSITIVE_INFINITY];
    let next: { x: Float64Array; at: Evaluation } | undefined;
    for (let trial = 0; trial < 30; trial++) {
      const candidate = shifted(x, t, direction);
      const at = await f(candidate);
      evaluations++;
      if (!(at.value <= now.value + 1e-4 * t * slope)) high = t;
      else {
        next = { x: candidate, at };
        if (dot(at.gradient, direction) >= 0.9 * slope) break;
        low = t;
      }
      t = high === Number.POSITIVE_INFINITY ? 2 * low : (low + high) / 2;
      if (next && trial > 8) break;
    }
    if (next === undefined) {
      if (pairs.length === 0) break;
      pairs.length = 0; // stale curvature: try once more along the gradient
      continue;
    }
    const s = next.x.map((v, i) => v - (x[i] as number));
    const y = next.at.gradient.map((v, i) => v - (now.gradient[i] as number));
    const sy = dot(s, y);
    if (sy > 1e-12 * dot(y, y)) pairs.push({ s, y, rho: 1 / sy });
    if (pairs.length > memory) pairs.shift();
    x = next.x;
    now = next.at;
  }
  return { x, ...now, iterations, evaluations, gradientNorm: largest(now.gradient) };
}

/** The two-loop recursion: -H g. */
function descent(
  gradient: Float64Array,
  pairs: readonly { s: Float64Array; y: Float64Array; rho: number }[],
  precondition: (v: Float64Array) => Float64Array,
): Float64Array {
  const q = gradient.slice();
  const axpy = (to: Float64Array, factor: number, v: Float64Array): void => {
    for (let i = 0; i < to.length; i++) (to[i] as number) += factor * (v[i] as number);
  };
  const alphas: number[] = [];
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { s, y, rho } = pairs[i] as (typeof pairs)[number];
    alphas[i] = rho * dot(s, q);
    axpy(q, -(alphas[i] as number), y);
  }
  const r = precondition(q);
  const last = pairs.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.y, precondition(last.y)));
    for (let i = 0; i < r.length; i++) (r[i] as number) *= scale;
  }
  for (const [i, { s, y, rho }] of pairs.entries()) axpy(r, (alphas[i] as number) - rho * dot(y, r), s);
  return r.map((v) => -v);
}
