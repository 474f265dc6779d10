import type { SafetensorsTensor } from './readSafetensors.js';
import type { WeightLayout } from './weightMapping.js';

/** Layouts that depend on the weight alone; the class token's is that of any token. */
export type PlainLayout = Exclude<WeightLayout, 'positions' | 'class'>;

/** A layout as the shape of the file's tensor for a shape of ours, and the way in and out. */
interface Layout {
  /** `patchSize` is that of the layer; null where the shape can have no such layout. */
  readonly shape: (ours: readonly number[], patchSize: number) => number[] | null;
  readonly load: (data: Float32Array, file: readonly number[]) => Float32Array;
  readonly save: (data: Float32Array, file: readonly number[]) => Float32Array;
}

const same = (data: Float32Array): Float32Array => data;

export const LAYOUTS: Readonly<Record<PlainLayout, Layout>> = {
  same: { shape: (ours) => [...ours], load: same, save: same },
  token: { shape: ([dim, ...rest]) => (rest.length > 0 ? null : [1, 1, dim as number]), load: same, save: same },
  linear: {
    shape: ([from, to, ...rest]) => (to === undefined || rest.length > 0 ? null : [to, from as number]),
    load: (data, [to = 1, from = 1]) => transposed(data, to, from),
    save: (data, [to = 1, from = 1]) => transposed(data, from, to),
  },
  // [dim, channels, size * size] on their side, [size * size, channels, dim] on ours: the outer axes change places.
  patches: {
    shape: ([numbers = 0, dim = 0], size) => {
      const channels = numbers / size ** 2;
      return Number.isInteger(channels) ? [dim, channels, size, size] : null;
    },
    load: (data, [dim = 1, channels = 1, size = 1]) => swapped(data, dim, channels, size ** 2),
    save: (data, [dim = 1, channels = 1, size = 1]) => swapped(data, size ** 2, channels, dim),
  },
};

/** `[rows, columns]` as `[columns, rows]`. */
function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  return swapped(data, rows, 1, columns);
}

/** `[a, b, c]` as `[c, b, a]`. */
function swapped(data: Float32Array, a: number, b: number, c: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0, at = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++, at++) out[(k * b + j) * a + i] = data[at] as number;
    }
  }
  return out;
}

/** Numbers of a file as float32. */
export function toFloats({ data }: SafetensorsTensor): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>);
}

/** Tensors of the same width one below the other. */
export function joinRows(parts: readonly Float32Array[]): Float32Array {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
