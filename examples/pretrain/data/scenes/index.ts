import { foldIn, permutation, type Seed } from 'selfsup/random';
import type { Dataset, LabelledImages } from '../dataset.js';
import { type Material, materials } from './materials.js';
import { renderScene } from './render.js';

/** How many scenes, and how large. */
export interface SceneOptions {
  /** Scenes to learn from. @defaultValue 4000 */
  readonly train?: number;
  /** Scenes to test with. @defaultValue 1000 */
  readonly test?: number;
  /** Height and width in pixels. @defaultValue 32 */
  readonly size?: number;
}

/**
 * A labelled data set of rendered scenes, made on the spot: things of 8 materials (stripes, checks, dots, ...), equally many
 * of each. Scene i depends on the seed and i alone. Raw pixels are a poor feature for it, since outline, place, size, turn,
 * colours, light and background are chance.
 */
export function renderScenes(seed: Seed, options: SceneOptions = {}): Dataset {
  const { train = 4000, test = 1000, size = 32 } = options;
  return {
    name: 'rendered scenes',
    classNames: Object.keys(materials),
    train: renderSet(foldIn(seed, 0), train, size),
    test: renderSet(foldIn(seed, 1), test, size),
  };
}

function renderSet(seed: Seed, count: number, size: number): LabelledImages {
  const all = Object.values(materials);
  const row = size * size * 3;
  const data = new Uint8Array(count * row);
  const order = permutation(foldIn(seed, 0), count);
  const labels = Int32Array.from(order, (n) => n % all.length);
  labels.forEach((label, i) => {
    renderScene(data.subarray(i * row, (i + 1) * row), all[label] as Material, foldIn(foldIn(seed, 1), i), size);
  });
  return { images: { data, shape: [count, size, size, 3] }, labels };
}
