import type { Data } from '../internal/arrayData.js';
import { show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { readLabels } from '../internal/hostRows.js';
import type { Entry, ReportData, ReportPart } from './entries.js';
import { areImages, checkPictures } from './pictures.js';
import type { ResultKind } from './probeResult.js';

const where = 'probeReport';

/** A part of the data as the sections use it. */
export interface KnownPart {
  /** Images that can be shown, or null. */
  readonly images: Data | null;
  readonly labels: Int32Array | null;
}

/** Data as the sections use it. */
export type KnownData = Readonly<Record<'train' | 'test', KnownPart>>;

/** What the sections share. */
export interface Context {
  /** Entries of these kinds, in order. */
  readonly of: <K extends ResultKind>(...kinds: readonly K[]) => Entry<K>[];
  /** Data of an entry. */
  readonly data: (entry: Entry) => KnownData;
  readonly className: (label: number) => string;
}

/** Reads labels and checks images, once for each set of data. */
export async function makeContext(
  entries: readonly Entry[],
  shared: ReportData | undefined,
  classNames: readonly string[] | undefined,
): Promise<Context> {
  const known = new Map<ReportData | undefined, KnownData>();
  for (const entry of entries) {
    const data = entry.data ?? shared;
    if (known.has(data)) continue;
    const name = entry.data === undefined ? 'data' : `${entry.place.replace(/\.result$/, '')}.data`;
    if (data !== undefined && (typeof data !== 'object' || data === null)) {
      throw new RangeError(`${where}: ${name} must be {train, test}, got ${show(data)}.`);
    }
    known.set(data, {
      train: await readPart(`${name}.train`, data?.train),
      test: await readPart(`${name}.test`, data?.test),
    });
  }
  return {
    of: (...kinds) => entries.filter(({ kind }) => (kinds as readonly ResultKind[]).includes(kind)) as never,
    data: (entry) => known.get(entry.data ?? shared) as KnownData,
    className: (label) => classNames?.[label] ?? String(label),
  };
}

async function readPart(name: string, part: ReportPart | undefined): Promise<KnownPart> {
  if (part === undefined) return { images: null, labels: null };
  if (typeof part !== 'object' || part === null) {
    throw new RangeError(`${where}: ${name} must be {x, labels}, got ${show(part)}.`);
  }
  const { x, labels } = part;
  if (x !== undefined) checkPictures(where, `${name}.x`, x);
  const count = x === undefined ? undefined : (x.shape[0] as number);
  const read = labels === undefined ? null : await readLabels(where, `${name}.labels`, labels, count);
  return { images: areImages(x) ? x : null, labels: read };
}
