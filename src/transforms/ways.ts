import { getBackend } from '@tensorflow/tfjs-core';

/**
 * Whether work on parts of a batch costs as much less as they are smaller. Not on a GPU, where each step has its price
 * whatever its size, and every new size is a program to compile: there all images go through all steps together.
 */
export function partsPay(): boolean {
  return ['wasm', 'cpu'].includes(getBackend());
}

/** Whether every size of a tensor is a program of its own to compile: shapes are constants in the shaders of WebGL. */
export function sizesArePrograms(): boolean {
  return getBackend() === 'webgl';
}

/**
 * Whether kernels that work out the place of every number (broadcasts, transpositions, gathers, mirrored borders) run at the
 * speed of others. Those of tfjs's plain JavaScript backend are ten to fifty times slower than copies of whole rows and
 * operands of equal shape.
 */
export function indexingPays(): boolean {
  return getBackend() !== 'cpu';
}
