/** A table: cells are text, escaped where it is written. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Folded away on the page where it is long. @defaultValue shown as it is */
  readonly fold?: string;
}

/** A part of the report, before it is written as HTML or Markdown. */
export interface Section {
  readonly heading: string;
  /** What one sees, what it says and what it does not say. */
  readonly caption: string;
  /** Sentences of results, beside the name that they are of. */
  readonly sentences?: readonly (readonly [name: string, sentence: string])[];
  /** HTML of plots and pictures, made where the page is wanted. */
  readonly figures: readonly (() => Promise<string>)[];
  readonly tables: readonly Table[];
}

/** 0.4567 as `45.7%`. */
export function percent(value: number): string {
  return `${(100 * value).toFixed(1)}%`;
}

/** An interval of shares. */
export function range([low, high]: readonly [number, number]): string {
  return `${percent(low)} to ${percent(high)}`;
}

/** A number to four digits. */
export function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** An integer with its thousands apart. */
export function whole(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}
