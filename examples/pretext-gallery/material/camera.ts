import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readNpy } from 'selfsup/node';
import type { Photos } from '../../gallery/photos.js';
import { SIZE } from './material.js';
import { pixelsOf, readStack, type Stack, samples } from './stack.js';

type Matrix = readonly (readonly number[])[];

/** Frames of a camera that moves through a scene at rest. */
export interface Camera {
  readonly name: string;
  readonly frames: Stack;
  /** Camera-to-world, 4 x 4, a row each. */
  readonly poses: readonly Matrix[];
  /** Metres along the view, `SIZE` numbers a frame, 0 where unknown. */
  readonly depth: readonly Float32Array[];
  /** Focal length and principal point in pixels of the frames. */
  readonly lens: { readonly focal: number; readonly x: number; readonly y: number };
}

/** The sequence of SELFSUP_DATA/rgbd. */
export async function readCamera(folder: string): Promise<Camera> {
  const path = join(folder, 'redkitchen');
  const { fx, cx, cy, poses, depth_unit_m: unit } = JSON.parse(await readFile(join(path, 'camera.json'), 'utf8'));
  const all = await readNpy(join(path, 'depth.npy.gz'));
  const [count, height, width] = all.shape as [number, number, number];
  const { at, scale } = samples([height, width], SIZE);
  const depth = Array.from({ length: count }, (_, t) =>
    Float32Array.from(at, (from) => (all.data[t * height * width + from] as number) * unit),
  );
  const lens = { focal: fx * scale, x: (cx + 0.5) * scale - 0.5, y: (cy + 0.5) * scale - 0.5 };
  return { name: 'redkitchen', frames: await readStack(join(path, 'color.tar.gz'), SIZE), poses, depth, lens };
}

/** A camera that slides and rises before a photo on a wall a metre away. */
export async function renderedCamera(photos: Photos): Promise<Camera> {
  const photo = await pixelsOf(photos, 0);
  const [[height, width], count] = [SIZE, 16];
  const data = new Float32Array(count * height * width * 3);
  const move = (t: number): readonly [number, number] => [2 * t, Math.round(10 * Math.sin(t / 3))];
  for (let p = 0; p < count * height * width; p++) {
    const [right, down] = move(Math.floor(p / height / width));
    const [row, column] = [(Math.floor(p / width) % height) + down, (p % width) + right];
    const at = mirrored(row) * 96 + mirrored(column);
    data.set(photo.subarray(3 * at, 3 * at + 3), 3 * p);
  }
  const poses = Array.from({ length: count }, (_, t) => {
    const [right, down] = move(t);
    return [
      [1, 0, 0, right / 100],
      [0, 1, 0, down / 100],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ];
  });
  const depth = poses.map(() => new Float32Array(height * width).fill(1));
  const lens = { focal: 100, x: 63.5, y: 47.5 };
  return { name: 'a camera before a photo', frames: { data, shape: [count, height, width, 3] }, poses, depth, lens };
}

/** A place on a wall of photos of 96 pixels, every second one mirrored. */
function mirrored(place: number): number {
  const k = ((place % 192) + 192) % 192;
  return k < 96 ? k : 191 - k;
}

/** Flow from frame i to frame j by depth and poses, (x, y) in pixels, 0 where depth is unknown. */
export function cameraFlow({ poses, depth, lens }: Camera, i: number, j: number): Float32Array {
  const [from, to, metres] = [poses[i] as Matrix, poses[j] as Matrix, depth[i] as Float32Array];
  const at = (m: Matrix, row: number, column: number): number => m[row]?.[column] as number;
  const flow = new Float32Array(2 * metres.length);
  for (const [p, z] of metres.entries()) {
    if (z === 0) continue;
    const [x, y] = [p % SIZE[1], Math.floor(p / SIZE[1])];
    const own = [((x - lens.x) / lens.focal) * z, ((y - lens.y) / lens.focal) * z, z];
    const world = [0, 1, 2].map((r) => own.reduce((sum, v, c) => sum + at(from, r, c) * v, at(from, r, 3)));
    const [a = 0, b = 0, c = 1] = [0, 1, 2].map((r) =>
      world.reduce((sum, v, k) => sum + at(to, k, r) * (v - at(to, k, 3)), 0),
    );
    flow.set([(a / c) * lens.focal + lens.x - x, (b / c) * lens.focal + lens.y - y], 2 * p);
  }
  return flow;
}
