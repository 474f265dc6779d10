import { foldIn, normal } from '../random/index.js';
import { type Drawn, drawn, sizeOf } from './tensorData.js';

/**
 * Inputs that break careless losses: a batch of one, rows of zeros, all zero, rows all equal (a collapse), equal or
 * opposite views, and numbers 10,000 times larger or smaller than ordinary ones (`'mixed'`: by turns).
 */
export type ExtremeInput =
  | 'one sample'
  | 'zeros'
  | 'a zero row'
  | 'identical rows'
  | 'identical inputs'
  | 'opposite inputs'
  | 'large'
  | 'small'
  | 'mixed';

/** Numbers of input i, drawn from a seed. */
type Fill = (shape: readonly number[], seed: number, i: number, scale: number) => Float32Array;

const normals: Fill = (shape, seed, i, scale) => normal(foldIn(seed, i), sizeOf(shape)).map((x) => x * scale);

/** Extreme inputs by name. */
const fills: Readonly<Record<ExtremeInput, Fill>> = {
  'one sample': normals,
  zeros: (shape) => new Float32Array(sizeOf(shape)),
  'a zero row': (shape, seed, i, scale) => {
    const values = normals(shape, seed, i, scale);
    return i === 0 ? values.fill(0, 0, values.length / (shape[0] as number)) : values;
  },
  'identical rows': (shape, _, i, scale) => new Float32Array(sizeOf(shape)).fill(scale * (i + 1)),
  'identical inputs': (shape, seed, _, scale) => normals(shape, seed, 0, scale),
  'opposite inputs': (shape, seed, i, scale) => normals(shape, seed, 0, i % 2 === 0 ? scale : -scale),
  large: (shape, seed, i, scale) => normals(shape, seed, i, 1e4 * scale),
  small: (shape, seed, i, scale) => normals(shape, seed, i, 1e-4 * scale),
  mixed: (shape, seed, i, scale) => normals(shape, seed, i, (i % 2 === 0 ? 1e4 : 1e-4) * scale),
};

/** Names of all extreme inputs. */
export const EXTREMES = Object.keys(fills) as ExtremeInput[];

/** Normal numbers of these shapes. */
export function ordinaryInputs(shapes: readonly (readonly number[])[], seed: number, scale: number): Drawn[] {
  return shapes.map((shape, i) => drawn(shape, normals(shape, seed, i, scale), 'normal', seed));
}

/** Extreme inputs of these shapes. */
export function extremeInputs(
  name: ExtremeInput,
  shapes: readonly (readonly number[])[],
  seed: number,
  scale: number,
): Drawn[] {
  const batch = shapes[0]?.[0];
  return shapes.map((shape, i) => {
    const one = name === 'one sample' && shape[0] === batch ? [1, ...shape.slice(1)] : shape;
    return drawn(one, fills[name](one, seed, i, scale), name, seed);
  });
}
