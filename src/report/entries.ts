import type { Data } from '../internal/arrayData.js';
import { show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import type { Labels } from '../internal/hostRows.js';
import type { ProbeResult, ResultKind, ResultKinds } from './probeResult.js';
import { kindOf } from './resultKind.js';
import { wrongField } from './resultShapes.js';

/** One part of the data that was probed; what is missing is not shown. */
export interface ReportPart {
  /** Images `[n, height, width, channels]` in [0, 1] or bytes, for pictures; anything else makes none. */
  readonly x?: Data;
  /** Class of each sample, for the confusion matrix and the marks of pictures. */
  readonly labels?: Labels;
}

/** The data that was probed, as the probes take it. */
export interface ReportData {
  /** The part that a probe learnt from: the bank of neighbours. */
  readonly train?: ReportPart;
  /** The part that accuracies are of: the queries of neighbours, and the points of a map. */
  readonly test?: ReportPart;
}

/** A result and what it is of. */
export interface NamedResult {
  /** What was probed: an encoder, raw pixels, ... Results with one name are compared under it. */
  readonly name: string;
  /** The result. */
  readonly result: ProbeResult;
  /** The data of this result, where it is other than that of the report. */
  readonly data?: ReportData;
}

/** Results by the name of what was probed. */
export interface ResultsByName {
  readonly [name: string]: ProbeResult | readonly ProbeResult[];
}

/** What can be reported: a result, a list of results with or without names, or results by name. */
export type ReportedResults = ProbeResult | readonly (ProbeResult | NamedResult)[] | ResultsByName;

/** A result that was checked. */
export type Entry<K extends ResultKind = ResultKind> = {
  readonly [Kind in K]: {
    readonly kind: Kind;
    readonly name: string;
    readonly result: ResultKinds[Kind];
    readonly data: ReportData | undefined;
    /** Where the caller put it, for messages. */
    readonly place: string;
  };
}[K];

const where = 'probeReport';

/** All results in a row, checked and named. */
export function readEntries(results: ReportedResults): Entry[] {
  const entries: Entry[] = [];
  const unnamed = new Map<ResultKind, number>();
  const add = (place: string, value: unknown, name?: string, data?: ReportData): void => {
    const kind = checkedKind(place, value);
    let own = name;
    if (own === undefined) {
      const before = unnamed.get(kind) ?? 0;
      unnamed.set(kind, before + 1);
      own = before === 0 ? 'features' : `features ${before + 1}`;
    }
    if (entries.some((entry) => entry.kind === kind && entry.name === own)) {
      throw new RangeError(
        `${where}: ${place} must have a name of its own: there is another '${kind}' result of ${show(own)}.`,
      );
    }
    entries.push({ kind, name: own, result: value, data, place } as Entry);
  };
  if (Array.isArray(results)) {
    results.forEach((value: unknown, i) => {
      if (isNamed(value)) add(`results[${i}].result`, value.result, value.name, value.data);
      else add(`results[${i}]`, value);
    });
  } else if (kindOf(results) !== null) {
    add('results', results);
  } else if (isNamed(results)) {
    throw new RangeError(
      `${where}: results must be a list where an entry has a name and a result, got one such entry.`,
    );
  } else if (typeof results === 'object' && results !== null) {
    for (const [name, value] of Object.entries(results)) {
      const place = `results[${JSON.stringify(name)}]`;
      if (Array.isArray(value))
        value.forEach((one: unknown, i) => {
          add(`${place}[${i}]`, one, name);
        });
      else add(place, value, name);
    }
  } else {
    throw new RangeError(
      `${where}: results must be a result, a list of results or an object of them, got ${show(results)}.`,
    );
  }
  if (entries.length === 0) throw new RangeError(`${where}: results must hold at least one result, got none.`);
  return entries;
}

function isNamed(value: unknown): value is NamedResult {
  return (
    typeof value === 'object' &&
    value !== null &&
    'result' in value &&
    'name' in value &&
    typeof value.name === 'string'
  );
}

function checkedKind(place: string, value: unknown): ResultKind {
  const kind = kindOf(value);
  if (kind === null) {
    const got = value instanceof Promise ? 'a promise: await it first' : show(value);
    throw new RangeError(`${where}: ${place} must be the result of a probe, got ${got}.`);
  }
  if (typeof kind === 'object') {
    throw new RangeError(
      `${where}: ${place} must be the result of a probe of selfsup/probes, got probe ${show(kind.unknown)}.`,
    );
  }
  const wrong = wrongField(kind, value as object);
  if (wrong) {
    const [name, wanted] = wrong;
    const got = show((value as Record<string, unknown>)[name]);
    throw new RangeError(`${where}: ${place}, a '${kind}' result, must have ${name} ${wanted}, got ${got}.`);
  }
  return kind;
}
