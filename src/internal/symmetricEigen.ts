/** Eigenvalues of a symmetric matrix, falling, and where asked for the unit vectors that belong to them, as rows. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  /** `[n, n]`, row i belongs to value i; empty unless asked for. */
  readonly vectors: Float64Array;
}

/**
 * Eigen-decomposition on the host in float64: Householder tridiagonalisation, then implicit QL. About 4/3 n³ steps for
 * the values (n = 512: a fifth of a second), 3 n³ more with vectors.
 *
 * See Golub and Van Loan, "Matrix Computations", 4th ed., sections 8.3.1 and 8.3.3.
 */
export function symmetricEigen(matrix: Float64Array, n: number, options: { vectors?: boolean } = {}): SymmetricEigen {
  const scale = matrix.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const a = scale > 0 ? matrix.map((v) => v / scale) : matrix.slice();
  const { diagonal, off, reflections } = tridiagonalize(a, n);
  const basis = options.vectors ? accumulate(reflections, n) : null;
  implicitQl(diagonal, off, basis, n);
  const order = Array.from(diagonal.keys()).sort((i, j) => (diagonal[j] as number) - (diagonal[i] as number));
  const vectors = new Float64Array(basis ? n * n : 0);
  if (basis) for (const [to, from] of order.entries()) vectors.set(basis.subarray(from * n, (from + 1) * n), to * n);
  return { values: Float64Array.from(order, (i) => (diagonal[i] as number) * scale), vectors };
}

/** I - beta v vᵀ with v zero before `start`. */
interface Reflection {
  readonly v: Float64Array;
  readonly beta: number;
  readonly start: number;
}

/** Reduces the lower triangle of `a`, which is overwritten. */
function tridiagonalize(
  a: Float64Array,
  n: number,
): { diagonal: Float64Array; off: Float64Array; reflections: Reflection[] } {
  const [diagonal, off] = [new Float64Array(n), new Float64Array(n)];
  const reflections: Reflection[] = [];
  const p = new Float64Array(n);
  for (let k = 0; k < n - 1; k++) {
    const start = k + 1;
    const v = new Float64Array(n);
    let sum = 0;
    for (let i = start; i < n; i++) {
      v[i] = a[i * n + k] as number;
      sum += (v[i] as number) ** 2;
    }
    const length = Math.sqrt(sum);
    const head = v[start] as number;
    const alpha = head > 0 ? -length : length;
    off[k] = k === n - 2 ? head : alpha;
    if (k === n - 2 || length === 0) continue;
    v[start] = head - alpha;
    const beta = 1 / (sum - alpha * head); // 2 / vᵀv
    p.fill(0);
    for (let i = start; i < n; i++) {
      const row = i * n;
      const vi = v[i] as number;
      let dot = 0;
      for (let j = start; j < i; j++) {
        const x = a[row + j] as number;
        dot += x * (v[j] as number);
        (p[j] as number) += x * vi;
      }
      (p[i] as number) += dot + (a[row + i] as number) * vi;
    }
    let half = 0;
    for (let i = start; i < n; i++) half += (p[i] as number) * (v[i] as number);
    half *= (beta * beta) / 2;
    for (let i = start; i < n; i++) p[i] = beta * (p[i] as number) - half * (v[i] as number);
    for (let i = start; i < n; i++) {
      const row = i * n;
      const [vi, pi] = [v[i] as number, p[i] as number];
      for (let j = start; j <= i; j++) (a[row + j] as number) -= vi * (p[j] as number) + pi * (v[j] as number);
    }
    reflections.push({ v, beta, start });
  }
  for (let i = 0; i < n; i++) diagonal[i] = a[i * n + i] as number;
  return { diagonal, off, reflections };
}

/** The product of the reflections, transposed: row j is its column j. */
function accumulate(reflections: readonly Reflection[], n: number): Float64Array {
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  for (const { v, beta, start } of reflections.toReversed()) {
    for (let j = start; j < n; j++) {
      const row = j * n;
      let dot = 0;
      for (let i = start; i < n; i++) dot += (v[i] as number) * (rows[row + i] as number);
      dot *= beta;
      for (let i = start; i < n; i++) (rows[row + i] as number) -= dot * (v[i] as number);
    }
  }
  return rows;
}

/** Diagonalises a tridiagonal matrix in place; rows of `basis` turn with it. */
function implicitQl(d: Float64Array, e: Float64Array, basis: Float64Array | null, n: number): void {
  const at = (list: Float64Array, i: number): number => list[i] as number;
  // Relative to the whole: off-diagonals beside eigenvalues that are but rounding never become small beside those.
  const largest = d.reduce((most, v, i) => Math.max(most, Math.abs(v) + Math.abs(at(e, i))), 0);
  const tiny = 2 ** -53 * largest + 2 ** -1000;
  for (let l = 0; l < n; l++) {
    for (let round = 0; ; round++) {
      let m = l;
      while (m < n - 1 && !(Math.abs(at(e, m)) <= 2 ** -53 * (Math.abs(at(d, m)) + Math.abs(at(d, m + 1))) + tiny)) m++;
      if (m === l) break;
      if (round > 60) throw new Error('symmetricEigen: no convergence');
      const shift = (at(d, l + 1) - at(d, l)) / (2 * at(e, l));
      const root = Math.sqrt(shift * shift + 1);
      let g = at(d, m) - at(d, l) + at(e, l) / (shift + (shift >= 0 ? root : -root));
      let [s, c, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * at(e, i);
        const b = c * at(e, i);
        const r = Math.sqrt(f * f + g * g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] = at(d, i + 1) - p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = at(d, i + 1) - p;
        const t = (at(d, i) - g) * s + 2 * c * b;
        p = s * t;
        d[i + 1] = g + p;
        g = c * t - b;
        if (basis) rotate(basis, i * n, n, c, s);
      }
      if (i >= l) continue;
      d[l] = at(d, l) - p;
      e[l] = g;
      e[m] = 0;
    }
  }
}

/** Turns the row that starts at `start` and the one after it. */
function rotate(rows: Float64Array, start: number, n: number, c: number, s: number): void {
  for (let k = start; k < start + n; k++) {
    const [x, y] = [rows[k] as number, rows[k + n] as number];
    rows[k + n] = s * x + c * y;
    rows[k] = c * x - s * y;
  }
}
