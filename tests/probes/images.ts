import type { ArrayData } from '../../src/internal/arrayData.js';
import { uniform } from '../../src/random/index.js';

/** Noisy images on the host whose class shows in the half that is bright: left, right or none; classes in turn. */
export function halves(seed: number, n: number, size = 6, classes = 2): { x: ArrayData; labels: number[] } {
  const noise = uniform(seed, n * size * size * 3);
  const labels = Array.from({ length: n }, (_, i) => i % classes);
  const data = noise.map((u, i) => {
    const column = Math.floor(i / 3) % size;
    const label = labels[Math.floor(i / (size * size * 3))] as number;
    const bright = label < 2 && Math.floor((2 * column) / size) === label;
    return 0.5 * u + (bright ? 0.5 : 0);
  });
  return { x: { data, shape: [n, size, size, 3] }, labels };
}
