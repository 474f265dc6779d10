import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';

/** Options of {@link gamutBins}. */
export interface GamutBinsOptions {
  /** Distance of neighbouring bins in CIE Lab units, from 1 to 100. @defaultValue 10, as in the paper */
  readonly gridSize?: number;
}

/**
 * Bins of colour: the points of a square grid in the ab plane of CIE Lab that are corners of a cell in which colours of sRGB
 * lie, so that every colour has all four bins around it. With a grid of 10 these are 309; all of them are among the authors'
 * 313, whose other four lie at the rim, at (40, 90), (100, -90), (100, -10) and (100, 0).
 *
 * Found by converting the bright faces of the cube of bytes, which takes some milliseconds: make them once and pass them on.
 *
 * @param options - Distance of the bins.
 * @returns `[a, b]` of each bin, by a, then by b.
 * @throws RangeError if the grid size is out of range.
 * @see Zhang, Isola and Efros, "Colorful Image Colorization", ECCV 2016, arXiv:1603.08511, section 2.1.
 * @example
 * ```ts
 * import { gamutBins } from 'selfsup/pretext';
 * console.log(gamutBins().length, gamutBins({ gridSize: 20 }).length); // 309, and about a quarter
 * ```
 */
export function gamutBins(options: GamutBinsOptions = {}): [a: number, b: number][] {
  const { gridSize = 10 } = checkOptions('gamutBins', options, ['gridSize']);
  checkNumbers('gamutBins', { gridSize: [gridSize, 1, 100] });
  // By cell: its lower corner counts lines and columns of the grid from -128, where no colour lies.
  const first = Math.floor(-128 / gridSize);
  const count = Math.ceil(128 / gridSize) - first + 1;
  const seen = new Uint8Array(count * count);
  const visit = (a: number, b: number): void => {
    const [low, left] = [Math.floor(a / gridSize) - first, Math.floor(b / gridSize) - first];
    const [high, right] = [Math.ceil(a / gridSize) - first, Math.ceil(b / gridSize) - first];
    for (const i of [low, high]) for (const j of [left, right]) seen[i * count + j] = 1;
  };
  const linear = Float64Array.from({ length: 256 }, (_, byte) => {
    const v = byte / 255;
    return v > 0.04045 ? ((v + 0.055) / 1.055) ** 2.4 : v / 12.92;
  });
  // The brightest colour of any a and b has one channel full.
  for (let i = 0; i < 256; i++) {
    for (let j = 0; j < 256; j++) {
      const [u, v] = [linear[i] as number, linear[j] as number];
      for (const [r, g, b] of [
        [1, u, v],
        [u, 1, v],
        [u, v, 1],
      ] as const) {
        const x = root((0.412453 * r + 0.35758 * g + 0.180423 * b) / 0.95047);
        const y = root(0.212671 * r + 0.71516 * g + 0.072169 * b);
        const z = root((0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.08883);
        visit(500 * (x - y), 200 * (y - z));
      }
    }
  }
  const bins: [number, number][] = [];
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      if (seen[i * count + j] === 1) bins.push([(i + first) * gridSize, (j + first) * gridSize]);
    }
  }
  return bins;
}

function root(t: number): number {
  return t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116;
}
