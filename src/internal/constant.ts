import type { Tensor } from '@tensorflow/tfjs-core';
import { withGradient } from './withGradient.js';

/** What f gives, computed off the tape: a constant to every gradient, at no cost. f makes a new tensor. */
export function constant<T extends Tensor>(f: () => T): T {
  return withGradient<T>([], () => ({ value: f(), gradient: () => [] }));
}
