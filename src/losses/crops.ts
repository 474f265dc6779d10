import { add, concat, mean, mul, type Scalar, sub, type Tensor2D } from '@tensorflow/tfjs-core';
import { checkFloats, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { softCrossEntropyRows } from '../internal/softCrossEntropy.js';
import type { LossInput } from './lossInput.js';

/** Checks lists of crops, each `[batch, dim]`: at least 2 predictions, 1 target, and no more targets than predictions. */
export function checkCrops(
  where: string,
  [name, predictions]: readonly [string, readonly LossInput[]],
  [targetName, targets]: readonly [string, readonly LossInput[]],
): void {
  for (const [key, list, min] of [[name, predictions, 2] as const, [targetName, targets, 1] as const]) {
    if (!Array.isArray(list)) throw new ShapeError(`${where}: ${key} must be a list of tensors, got ${show(list)}.`);
    if (list.length < min) {
      throw new RangeError(`${where}: ${key} must have a length >= ${min}, got ${list.length}.`);
    }
  }
  if (targets.length > predictions.length) {
    throw new RangeError(
      `${where}: ${targetName} must not be longer than ${name} (${predictions.length}), got ${targets.length}.`,
    );
  }
  const label = (key: string, list: readonly LossInput[]): (readonly [string, readonly [LossInput, string[]]])[] =>
    list.map((crop, i) => [`${key}[${i}]`, [crop, ['batch', 'dim']]] as const);
  checkFloats(where, Object.fromEntries([...label(name, predictions), ...label(targetName, targets)]));
}

/**
 * Cross-entropy of every prediction against every target of another crop, the mean over pairs and rows. Targets are
 * probabilities and constants; logits are those over the temperature.
 */
export function crossCropEntropy(
  logits: readonly Tensor2D[],
  targets: readonly Tensor2D[],
  temperature: number,
): Scalar {
  const all = targets.length > 1 ? targets.reduce((sum, target) => add(sum, target)) : (targets[0] as Tensor2D);
  // Of the first crop against a single target there is no pair.
  const used = logits.map((_, i) => i).filter((i) => targets.length > 1 || i > 0);
  const against = used.map((i) => (i < targets.length ? sub<Tensor2D>(all, targets[i] as Tensor2D) : all));
  const rows = softCrossEntropyRows(
    mul(concat(used.map((i) => logits[i] as Tensor2D)), 1 / temperature),
    concat(against),
  );
  return mul(mean(rows), used.length / (targets.length * (logits.length - 1)));
}
