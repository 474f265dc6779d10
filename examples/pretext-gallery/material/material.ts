import type { Photos } from '../../gallery/photos.js';
import type { Camera } from './camera.js';
import type { Clip } from './clips.js';
import type { MovingPair } from './flow.js';

/** What the rows of the gallery are drawn from. */
export interface Material {
  readonly photos: Photos;
  /** Several clips of one size. */
  readonly clips: readonly Clip[];
  /** Frames with their flow: things that move. */
  readonly moving: readonly MovingPair[];
  /** Frames with their flow: a scene that rests, seen by a camera that moves sideways. */
  readonly sideways: readonly MovingPair[];
  /** A camera whose poses are known. */
  readonly camera: Camera;
  /** A text. */
  readonly text: string;
}

/** Height and width of clips and of frames with flow. */
export const SIZE = [96, 128] as const;
