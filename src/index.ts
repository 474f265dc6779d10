export { RangeError, ShapeError } from './internal/errors.js';
export * as losses from './losses/index.js';
export * as methods from './methods/index.js';
export * as models from './models/index.js';
export * as momentum from './momentum/index.js';
export * as probes from './probes/index.js';
export * as random from './random/index.js';
export * as training from './training/index.js';
export * as transforms from './transforms/index.js';
