import { add, clipByValue, floor, mul, type Tensor } from '@tensorflow/tfjs-core';
import { inTurn } from './inTurn.js';

/** Values in [0, 1] as whole numbers 0 to 255, halves rounded up, still float32. */
export function toBytes<X extends Tensor>(x: X): X {
  return inTurn<X>(
    () => mul<X>(x, 255),
    (y) => add<X>(y, 0.5),
    (y) => clipByValue(y, 0, 255.5),
    (y) => floor(y),
  );
}
