import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Photos } from '../../gallery/photos.js';
import { readCamera, renderedCamera } from './camera.js';
import { readClips, renderedClips } from './clips.js';
import { readMoving, readSideways, renderedPairs } from './flow.js';
import type { Material } from './material.js';

/** Reads what SELFSUP_DATA holds and makes the rest; `notes` says which is which. */
export async function loadMaterial(photos: Photos): Promise<{ material: Material; notes: readonly string[] }> {
  const data = process.env.SELFSUP_DATA;
  const notes: string[] = [];
  if (data === undefined) notes.push('SELFSUP_DATA is not set: clips, flow and camera are rendered, the text is short');
  /** What a part of the data gives, or where it is not there something made up. */
  const part = async <T>(
    name: string,
    read: (path: string) => Promise<T>,
    instead: () => T | Promise<T>,
    made: string,
  ): Promise<T> => {
    if (data === undefined) return instead();
    const path = join(data, name);
    if (existsSync(path)) return read(path);
    notes.push(`SELFSUP_DATA has no ${name}: ${made}`);
    return instead();
  };
  const rendered = await renderedClips(photos);
  const pairs = renderedPairs(rendered);
  const material = {
    photos,
    clips: await part('video', readClips, () => rendered, 'clips are rendered'),
    moving: await part('flow', readMoving, () => pairs, 'flow is that of rendered clips'),
    sideways: await part('stereo', readSideways, () => pairs.slice(0, 1), 'depth is that of a rendered clip'),
    camera: await part('rgbd', readCamera, () => renderedCamera(photos), 'the camera is rendered'),
    text: await part(
      'text/tinyshakespeare.txt',
      (path) => readFile(path, 'utf8'),
      () => 'the cat sat on the mat and the dog sat on the cat so the mat was flat',
      'the text is a sentence',
    ),
  };
  return { material, notes };
}
