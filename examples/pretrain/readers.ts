import { Failure } from './failure.js';

/** Reads the text of one option, or throws a Failure that names the option. */
export type Reader<T> = (name: string, text: string) => T;

/** What an option says, where it is given. */
export function optional<T>(name: string, text: string | undefined, read: Reader<T>): T | undefined {
  return text === undefined ? undefined : read(name, text);
}

/** An integer of a range. */
export function integer(min: number, max: number): Reader<number> {
  return (name, text) => {
    const value = number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new Failure(`${name} must be an integer from ${min} to ${max}, got '${text}'`, 2);
  };
}

/** A number above 0. */
export function positive(name: string, text: string): number {
  const value = number(text);
  if (value > 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new Failure(`${name} must be a number > 0, got '${text}'`, 2);
}

function number(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** One of some words. */
export function choice<T extends string>(allowed: readonly T[]): Reader<T> {
  return (name, text) => {
    if ((allowed as readonly string[]).includes(text)) return text as T;
    throw new Failure(`${name} must be one of ${allowed.join(', ')}, got '${text}'`, 2);
  };
}

/** Any text but an empty one. */
export function notEmpty(name: string, text: string): string {
  if (text !== '') return text;
  throw new Failure(`${name} must not be empty`, 2);
}
