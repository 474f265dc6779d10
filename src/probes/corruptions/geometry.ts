import { affine } from '../../transforms/affine.js';
import { erase } from '../../transforms/erase.js';
import { rotate } from '../../transforms/rotate.js';
import { type CorruptImages, perImage, shortSide } from './draws.js';

/** Side of the hidden square, as a share of the shorter side. */
const HIDDEN = [0.2, 0.3, 0.4, 0.5, 0.6];
const DEGREES = [6, 12, 20, 30, 45];
/** Way of a shift, as a share of the shorter side. */
const SHIFT = [0.06, 0.12, 0.18, 0.25, 0.33];

/** A grey square at a drawn place hides what is there. */
export const occlusion: CorruptImages = (x, keys, level) => {
  const [, height, width] = x.shape;
  const side = Math.max(1, Math.round(shortSide(x) * (HIDDEN[level] as number)));
  const [rows, columns] = [perImage(keys, 0), perImage(keys, 1)];
  const boxes = keys.map((_, i) => [
    Math.floor((rows[i] as number) * (height - side + 1)),
    Math.floor((columns[i] as number) * (width - side + 1)),
    side,
    side,
  ]);
  return erase(x, boxes, 0.5);
};

/** By the same angle to one side or the other; what comes in is black. */
export const rotation: CorruptImages = (x, keys, level) =>
  rotate(
    x,
    perImage(keys, 0).map((u) => (u < 0.5 ? -1 : 1) * (DEGREES[level] as number)),
  );

/** By the same way in a drawn direction; what comes in is black. */
export const translation: CorruptImages = (x, keys, level) => {
  const way = shortSide(x) * (SHIFT[level] as number);
  const angles = perImage(keys, 0).map((u) => 2 * Math.PI * u);
  return affine(x, { translate: angles.map((a) => [way * Math.cos(a), way * Math.sin(a)]) });
};
