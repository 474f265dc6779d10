import { dispose, memory, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { isTensor } from '../../src/internal/checks.js';
import { RangeError, ShapeError } from '../../src/internal/errors.js';

/** A call that is right, of which wrong ones are made. */
export interface RightCall {
  /** What messages begin with. */
  readonly name: string;
  readonly call: (...args: never[]) => unknown;
  /** Arguments that fit; new tensors every time. */
  readonly args: () => unknown[];
  /** Index of the options. */
  readonly options?: number;
  /** Index of the seed. */
  readonly seed?: number;
  /** Whether the options may be left out. @defaultValue true */
  readonly optional?: boolean;
  /** Indices of arguments that may be null or undefined. */
  readonly nullable?: readonly number[];
  /** Indices of tensors for which a number is right as well. */
  readonly numbers?: readonly number[];
  /** Indices of tensors for which plain arrays, or lists of tensors, are right as well. */
  readonly lists?: readonly number[];
}

type Path = readonly (string | number)[];

/** Calls a function wrongly in every way that arguments can be wrong in whatever they mean; each must throw one clear line. */
export async function expectMisuseIsNamed(right: RightCall): Promise<void> {
  const { options, seed, nullable = [], lists = [], numbers = [], optional = true } = right;
  const given = right.args();
  disposeAll(await right.call(...(given as never[])));
  disposeAll(given);
  const wrong = async (
    change: (args: unknown[]) => void,
    message: RegExp,
    Kind?: typeof ShapeError | typeof RangeError,
    see?: (text: string) => void,
  ): Promise<void> => {
    const text = await expectRefused(right, change, message, Kind);
    see?.(text);
  };

  if (options !== undefined) {
    const at = options;
    const others: unknown[] = [null, 'text', 3, true, [], [1], () => 1, new Float32Array(2), Promise.resolve()];
    for (const value of optional ? others : [...others, undefined])
      await wrong((args) => (args[at] = value), /options must be an object, got /, RangeError);
    await wrong((args) => (args[at] = zeros([2])), /options must be an object, got float32 \[2\]/, RangeError);
    let text = '';
    await wrong(
      (args) => (args[at] = { ...(args[at] as object), zzzzzzzzzzzzzzz: 1 }),
      /options has no 'zzzzzzzzzzzzzzz', known are (.*)\.$/,
      RangeError,
      (message) => (text = message),
    );
    const known = text.slice(text.indexOf('known are ') + 10, -1).split(', ');
    for (const option of known) {
      const misspelt = option.length > 2 ? option.slice(0, 1) + option.slice(2) : `${option}s`;
      await wrong(
        (args) => (args[at] = { ...(args[at] as object), [misspelt]: 1 }),
        new RegExp(`options has no '${misspelt}', did you mean '\\w+'\\?`),
        RangeError,
      );
    }
  }
  if (seed !== undefined) {
    for (const value of [undefined, null, 'text', '1', Number.NaN, 0.5, {}, [1], { high: 1 }])
      await wrong((args) => (args[seed] = value), /seed must be .*, got /, RangeError);
  }
  for (const path of tensorPaths(right.args())) {
    const last = String(path.findLast((key) => typeof key === 'string' && Number.isNaN(Number(key))) ?? '');
    await wrong(
      (args) => {
        const x = at(args, path) as Tensor;
        x.dispose();
      },
      new RegExp(`${last}.* must be a tensor in use, got one that is disposed`),
      ShapeError,
    );
    const index = path[0] as number;
    if (path.length > 1) continue;
    const kinds: unknown[] = ['text', true, {}];
    if (!numbers.includes(index)) kinds.push(5);
    if (!lists.includes(index)) kinds.push([[1, 2]], [], () => [tensor([1, 2])]);
    if (!nullable.includes(index)) kinds.push(null, undefined);
    for (const kind of kinds)
      await wrong((args) => (args[index] = typeof kind === 'function' ? kind() : kind), /must .*, got /);
  }
}

/** A name of a public function that takes neither tensors nor options nor a seed, or another reason that it has no call. */
export function uncovered(
  module: Readonly<Record<string, unknown>>,
  calls: readonly { readonly name: string }[],
): string[] {
  const named = new Set(calls.map(({ name }) => name.split(/[ .(]/)[0]));
  return Object.keys(module).filter((name) => typeof module[name] === 'function' && !named.has(name));
}

async function expectRefused(
  { name, call, args }: RightCall,
  change: (args: unknown[]) => void,
  message: RegExp,
  Kind?: typeof ShapeError | typeof RangeError,
): Promise<string> {
  const all = args();
  const wrong = [...all];
  change(wrong);
  const before = memory().numTensors;
  let error: unknown;
  let shown: string;
  try {
    disposeAll(await call(...(wrong as never[])));
    shown = `${name} did not throw where it should have said ${message}`;
  } catch (thrown) {
    error = thrown;
    shown = String(thrown);
  }
  const made = memory().numTensors - before;
  disposeAll([all, wrong]);
  expect(error instanceof (Kind ?? Error) && (error instanceof ShapeError || error instanceof RangeError), shown).toBe(
    true,
  );
  const text = (error as Error).message;
  expect(text).toMatch(message);
  expect(text.startsWith(`${name.split(' ')[0]}:`), `${text}\n... should begin with ${name}`).toBe(true);
  expect(text).not.toContain('\n');
  expect(made, `tensors made before: ${text}`).toBe(0);
  return text;
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown>)[key], value);
}

/** Where tensors are, in lists and plain objects too. */
function tensorPaths(args: unknown[]): Path[] {
  const found: Path[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (isTensor(value)) found.push(path);
    else if (Array.isArray(value)) for (const [i, inner] of value.entries()) visit(inner, [...path, i]);
    else if (
      Object.prototype.toString.call(value) === '[object Object]' &&
      Object.getPrototypeOf(value) === Object.prototype
    )
      for (const [key, inner] of Object.entries(value as object)) visit(inner, [...path, key]);
  };
  visit(args, []);
  disposeAll(args);
  return found;
}

/** Tensors wherever they are, disposed ones aside. */
function disposeAll(value: unknown): void {
  if (isTensor(value)) {
    if (!value.isDisposed) dispose(value);
  } else if (Array.isArray(value)) value.forEach(disposeAll);
  else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    Object.values(value).forEach(disposeAll);
}
