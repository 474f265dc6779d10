import { checkIntegers, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';

/** Checks height, width and channels of a model's input. */
export function checkInputShape(where: string, shape: readonly number[]): void {
  if (!Array.isArray(shape)) {
    throw new RangeError(`${where}: inputShape must be [height, width, channels], got ${show(shape)}.`);
  }
  checkIntegers(where, {
    'length of inputShape': [shape.length, 3, 3],
    height: [shape[0] as number, 1],
    width: [shape[1] as number, 1],
    channels: [shape[2] as number, 1],
  });
}
