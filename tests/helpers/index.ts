export { onEveryBackend } from './backend.js';
export { expectClose, flat, type Tolerance } from './close.js';
export { expectGradient, type GradientOptions } from './gradient.js';
export { disposeAll, expectKept, hold } from './memory.js';
export { normals, uniforms } from './tensors.js';
