export { RangeError, ShapeError } from './internal/errors.js';
export * as random from './random/index.js';
