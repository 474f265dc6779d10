import type { Pictures, PixelAt } from './pictures.js';

/** Mean and variance of each patch and channel of a picture: where it is bright, where it is busy. */
export function patchStatistics(at: PixelAt, { height, width, channels }: Pictures, grid: number): number[] {
  const out: number[] = [];
  const [rows, columns] = [Math.min(grid, height), Math.min(grid, width)];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let c = 0; c < channels; c++) {
        let [sum, squares, n] = [0, 0, 0];
        for (let y = Math.floor((i * height) / rows); y < Math.floor(((i + 1) * height) / rows); y++) {
          for (let x = Math.floor((j * width) / columns); x < Math.floor(((j + 1) * width) / columns); x++) {
            const v = at(y, x, c);
            [sum, squares, n] = [sum + v, squares + v * v, n + 1];
          }
        }
        out.push(sum / n, squares / n - (sum / n) ** 2);
      }
    }
  }
  return out;
}
