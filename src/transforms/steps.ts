import type { Tensor } from '@tensorflow/tfjs-core';
import { show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import type { Transform } from './transform.js';

/** Parameters of a transform made of others: those of each part, in order. */
export interface StepParams {
  /** What the parts' own `sample` gave. */
  readonly steps: readonly unknown[];
}

/** Checks a list of transforms, of at least so many. */
export function checkTransforms<X extends Tensor>(
  where: string,
  transforms: readonly Transform<unknown, X>[],
  least: number,
): void {
  if (!Array.isArray(transforms) || transforms.length < least) {
    throw new RangeError(`${where}: transforms must be a list of at least ${least}, got ${show(transforms)}.`);
  }
  for (const [i, t] of transforms.entries()) {
    if (typeof t !== 'function' || ![t.sample, t.apply, t.outputShape].every((half) => typeof half === 'function')) {
      throw new RangeError(
        `${where}: transforms[${i}] must be a transform (callable, with sample, apply and outputShape), got ${show(t)}.`,
      );
    }
  }
}

/** Checks that parameters have an entry per part. */
export function checkSteps(where: string, params: StepParams, count: number): void {
  if (!Array.isArray(params.steps) || params.steps.length !== count) {
    throw new ShapeError(`${where}: params.steps must have ${count} entries, got ${show(params.steps?.length)}.`);
  }
}

/** Checks that the parts keep the shape of their input. */
export function checkKept<X extends Tensor>(
  where: string,
  transforms: readonly Transform<unknown, X>[],
  shape: readonly number[],
): void {
  for (const [i, transform] of transforms.entries()) {
    const out = transform.outputShape(shape);
    if (String(out) !== String(shape)) {
      throw new ShapeError(
        `${where}: transforms[${i}] must keep the shape [${shape.join(', ')}], got [${out.join(', ')}].`,
      );
    }
  }
}

/** Checks a list of one integer per image in [0, below). */
export function checkChoices(
  where: string,
  name: string,
  choice: readonly number[],
  batch: number,
  below: number,
): void {
  if (!Array.isArray(choice) || choice.length !== batch) {
    throw new ShapeError(
      `${where}: params.${name} must have one entry per image (${batch}), got ${show(choice?.length)}.`,
    );
  }
  for (const c of choice) {
    if (!(Number.isInteger(c) && c >= 0 && c < below)) {
      throw new RangeError(`${where}: params.${name} must hold integers from 0 to ${below - 1}, got ${show(c)}.`);
    }
  }
}
