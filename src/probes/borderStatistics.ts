import type { Pictures, PixelAt } from './pictures.js';

/** Border pixels of a picture kept at most. */
const BORDER = 256;

/** Top, bottom, left and right line, channels together. */
export function borderLines(at: PixelAt, { height, width, channels }: Pictures): number[][] {
  const line = (length: number, place: (i: number) => [number, number]): number[] =>
    Array.from({ length: length * channels }, (_, k) => {
      const [y, x] = place(Math.floor(k / channels));
      return at(y, x, k % channels);
    });
  return [
    line(width, (i) => [0, i]),
    line(width, (i) => [height - 1, i]),
    line(height, (i) => [i, 0]),
    line(height, (i) => [i, width - 1]),
  ];
}

/** The outermost pixels, evenly thinned where there are many. */
export function borderStatistics(lines: readonly number[][]): number[] {
  const all = lines.flat();
  const step = Math.max(1, Math.ceil(all.length / BORDER));
  return all.filter((_, i) => i % step === 0);
}

/** Mean difference and correlation of facing sides of two pictures, were b above, below, left or right of a: the  correlation finds what goes on where contrasts differ. */
export function continuity(a: readonly number[][], b: readonly number[][]): number[] {
  return [1, 0, 3, 2].flatMap((facing, side) => {
    const [u, v] = [a[side] as number[], b[facing] as number[]];
    return [u.reduce((sum, x, i) => sum + Math.abs(x - (v[i] as number)), 0) / u.length, correlation(u, v)];
  });
}

/** 0 where one is constant. */
function correlation(u: readonly number[], v: readonly number[]): number {
  const mean = (x: readonly number[]): number => x.reduce((sum, value) => sum + value, 0) / x.length;
  const [meanU, meanV] = [mean(u), mean(v)];
  let [both, first, second] = [0, 0, 0];
  for (const [i, x] of u.entries()) {
    const [p, q] = [x - meanU, (v[i] as number) - meanV];
    [both, first, second] = [both + p * q, first + p * p, second + q * q];
  }
  return first > 0 && second > 0 ? both / Math.sqrt(first * second) : 0;
}
