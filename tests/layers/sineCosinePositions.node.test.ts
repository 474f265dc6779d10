import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { sineCosinePositions } from '../../src/layers/index.js';

test('columns come first, rows second; a class token is a row of zeros', async () => {
  const positions = (await sineCosinePositions({ gridSize: [2, 3], dim: 4, classToken: true }).array()) as number[][];
  expect(positions).toHaveLength(7);
  expect(positions[0]).toEqual([0, 0, 0, 0]);
  const [sin1, cos1, sin2, cos2] = [1, 2].flatMap((p) => [Math.sin(p), Math.cos(p)]) as [
    number,
    number,
    number,
    number,
  ];
  const expected = [
    [0, 1, 0, 1],
    [sin1, cos1, 0, 1],
    [sin2, cos2, 0, 1],
    [0, 1, sin1, cos1],
    [sin1, cos1, sin1, cos1],
    [sin2, cos2, sin1, cos1],
  ];
  for (const [i, row] of expected.entries()) {
    for (const [k, value] of row.entries()) expect(positions[i + 1]?.[k]).toBeCloseTo(value, 6);
  }
});
test('bad sizes', () => {
  expect(() => sineCosinePositions({ gridSize: 2, dim: 6 })).toThrow(/dim must be a multiple of 4, got 6/);
  expect(() => sineCosinePositions({ gridSize: 0, dim: 4 })).toThrow(/gridSize/);
});
