/** Plain-JavaScript forward passes to hold the kernels against. */

/** One axis of a window: input size, taps, stride, dilation, padding in front, output size. */
export interface WindowAxis {
  readonly size: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: number;
  readonly out: number;
}

/** An axis from its two paddings. */
export function explicitAxis(
  size: number,
  taps: number,
  stride: number,
  dilation: number,
  [before, after]: readonly [number, number],
): WindowAxis {
  const out = Math.floor((size + before + after - (taps - 1) * dilation - 1) / stride) + 1;
  return { size, taps, stride, dilation, pad: before, out };
}

/** An axis with padding 'same'. */
export function sameAxis(size: number, taps: number, stride: number): WindowAxis {
  const out = Math.ceil(size / stride);
  const total = Math.max(0, (out - 1) * stride + taps - size);
  return { size, taps, stride, dilation: 1, pad: Math.floor(total / 2), out };
}

/** Calls back for every window and each of its positions inside the input. */
export function eachWindow(
  axes: readonly WindowAxis[],
  visit: (window: number, taps: { readonly tap: number; readonly position: number }[]) => void,
): void {
  const counts = axes.map((axis) => axis.out);
  const total = counts.reduce((a, b) => a * b, 1);
  for (let window = 0; window < total; window++) {
    const at = unravel(window, counts);
    const found: { tap: number; position: number }[] = [];
    const taps = axes.map((axis) => axis.taps);
    for (let tap = 0; tap < taps.reduce((a, b) => a * b, 1); tap++) {
      const k = unravel(tap, taps);
      const p = axes.map((axis, i) => (at[i] as number) * axis.stride - axis.pad + (k[i] as number) * axis.dilation);
      if (p.every((n, i) => n >= 0 && n < (axes[i] as WindowAxis).size)) {
        found.push({ tap, position: p.reduce((sum, n, i) => sum * (axes[i] as WindowAxis).size + n, 0) });
      }
    }
    visit(window, found);
  }
}

/** Convolution of one image, channels last, in any number of dimensions. */
export function convolve(
  x: ArrayLike<number>,
  filter: ArrayLike<number>,
  axes: readonly WindowAxis[],
  from: number,
  to: number,
): number[] {
  const out: number[] = [];
  eachWindow(axes, (_, found) => {
    for (let o = 0; o < to; o++) {
      let sum = 0;
      for (const { tap, position } of found) {
        for (let i = 0; i < from; i++)
          sum += (x[position * from + i] as number) * (filter[(tap * from + i) * to + o] as number);
      }
      out.push(sum);
    }
  });
  return out;
}

/** A pool over one image, channels last. */
export function pool(
  x: ArrayLike<number>,
  axes: readonly WindowAxis[],
  channels: number,
  combine: (values: number[]) => number,
): number[] {
  const out: number[] = [];
  eachWindow(axes, (_, found) => {
    for (let c = 0; c < channels; c++)
      out.push(combine(found.map(({ position }) => x[position * channels + c] as number)));
  });
  return out;
}

/** `a` [m, k] times `b` [k, n]; an operand may be transposed. */
export function product(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  [m, k, n]: readonly [number, number, number],
  transposeA = false,
  transposeB = false,
): number[] {
  const at = (i: number, j: number): number => a[transposeA ? j * m + i : i * k + j] as number;
  const bt = (i: number, j: number): number => b[transposeB ? j * k + i : i * n + j] as number;
  return Array.from({ length: m * n }, (_, index) => {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += at(Math.floor(index / n), i) * bt(i, index % n);
    return sum;
  });
}

/** The error function in double precision: its series, and far out the continued fraction of its complement. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 3) {
    let tail = 0;
    for (let k = 60; k > 0; k--) tail = k / 2 / (a + tail);
    return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + tail));
  }
  let [sum, term] = [x, x];
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function unravel(index: number, sizes: readonly number[]): number[] {
  let rest = index;
  return sizes
    .map((_, i) => sizes.length - 1 - i)
    .map((axis) => {
      const n = sizes[axis] as number;
      const i = rest % n;
      rest = (rest - i) / n;
      return i;
    })
    .reverse();
}
