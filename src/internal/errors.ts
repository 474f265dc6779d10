/** Thrown when a tensor has the wrong rank, shape or dtype. Names the function, the argument, what was expected and what came. */
export class ShapeError extends Error {
  /** Always `'ShapeError'`. */
  override readonly name = 'ShapeError';
}

/** Thrown when a number or an option is outside its allowed range. Names the function, the argument, what was expected and what came. */
export class RangeError extends globalThis.RangeError {
  /** Always `'RangeError'`. */
  override readonly name = 'RangeError';
}
