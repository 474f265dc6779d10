import { Arbitrary, Stream, Value } from 'fast-check';
import { checkIntegers } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';

/** Draws one of some values just as it is, and shrinks it to what `smaller` proposes. */
class Shrinking<T> extends Arbitrary<T> {
  constructor(
    private readonly values: readonly T[],
    private readonly smaller: (value: T) => Iterable<T>,
  ) {
    super();
  }
  override generate(random: Parameters<Arbitrary<T>['generate']>[0]): Value<T> {
    return this.wrap(this.values[random.nextInt(0, this.values.length - 1)] as T);
  }
  override canShrinkWithoutContext(_value: unknown): _value is T {
    return false;
  }
  override shrink(value: T): Stream<Value<T>> {
    return Stream.of(...Array.from(this.smaller(value), (next) => this.wrap(next)));
  }
  private wrap(value: T): Value<T> {
    return new Value(value, undefined);
  }
}

/** Shapes drawn as they are, so that a GPU compiles for few; the batch shrinks first, then the other axes, down to 1. */
export function shrinkingShapes(where: string, shapes: readonly (readonly number[])[]): Arbitrary<readonly number[]> {
  if (!Array.isArray(shapes) || shapes.length === 0) {
    throw new RangeError(`${where}: shapes must be a list of at least one shape.`);
  }
  for (const [i, shape] of shapes.entries()) checkShape(where, `shapes[${i}]`, shape);
  return new Shrinking<readonly number[]>(shapes, (shape) =>
    shape.flatMap((n, axis) => below(n).map((less) => shape.map((m, a) => (a === axis ? less : m)))),
  );
}

/** Shapes of several inputs; axes of one size shrink together, first the batch (the first axis of the first input). */
export function shrinkingTogether(
  where: string,
  shapes: readonly (readonly number[])[],
): Arbitrary<readonly (readonly number[])[]> {
  for (const [i, shape] of shapes.entries()) checkShape(where, `inputs[${i}]`, shape);
  return new Shrinking<readonly (readonly number[])[]>([shapes], (given) => {
    const first = given.map((shape) => shape[0]);
    const batches = [...new Set(first)].flatMap((n = 1) =>
      below(n).map((less) => given.map(([m = 1, ...rest]) => [m === n ? less : m, ...rest])),
    );
    const others = [...new Set(given.flatMap((shape) => shape.slice(1)))].flatMap((n) =>
      below(n).map((less) => given.map(([m = 1, ...rest]) => [m, ...rest.map((k) => (k === n ? less : k))])),
    );
    return [...batches, ...others];
  });
}

/** Smaller sizes to try: 1, half, one less. */
function below(n: number): number[] {
  return [...new Set([1, Math.floor(n / 2), n - 1])].filter((less) => less >= 1 && less < n);
}

function checkShape(where: string, name: string, shape: readonly number[]): void {
  if (!Array.isArray(shape) || shape.length === 0) {
    throw new RangeError(`${where}: ${name} must be a shape of at least one axis, got [${String(shape)}].`);
  }
  for (const [axis, n] of shape.entries()) checkIntegers(where, { [`${name}[${axis}]`]: [n, 1] });
}
