import { fault } from './fault.js';
import type { SkippedImage } from './imageNames.js';
import { byCodeUnits } from './paths.js';
import { type Parts, splitParts } from './splitParts.js';

/** Where the images of a folder belong. */
export interface ImageLayout {
  /** Training files with their classes (0 where there are none). */
  readonly train: readonly LabelledFile[];
  /** Test files, maybe none. */
  readonly test: readonly LabelledFile[];
  /** Names of the classes, or null. */
  readonly classNames: readonly string[] | null;
  /** What lies beside the parts. */
  readonly skipped: readonly SkippedImage[];
}

/** A file and its class. */
export interface LabelledFile {
  readonly name: string;
  readonly label: number;
}

/** Reads parts and classes out of paths: `train/cat/1.jpg`, `cat/1.jpg`, `1.jpg`, with or without folders around all. */
export function imageLayout(
  path: string,
  names: readonly string[],
  options: { readonly testFolder?: string | undefined; readonly split?: boolean | undefined },
): ImageLayout {
  const found: Parts = splitParts(path, names, options);
  const rows = { train: [] as string[][], test: [] as string[][] };
  const beside = new Map<string, number>();
  for (const { name, parts } of found.files) {
    const top = parts.length > 1 ? (parts[0] as string) : undefined;
    if (top !== undefined && top === found.test) rows.test.push([name, ...parts.slice(1)]);
    else if (found.train === null) rows.train.push([name, ...parts]);
    else if (top === found.train) rows.train.push([name, ...parts.slice(1)]);
    else {
      const key = top ?? name;
      beside.set(key, (beside.get(key) ?? 0) + 1);
    }
  }
  const used = [...rows.train, ...rows.test];
  const loose = used.filter((row) => row.length < 3);
  if (loose.length > 0 && loose.length < used.length) {
    throw fault('readImages', `${loose[0]?.[0]} lies in no class folder, others do`, path);
  }
  const classNames = loose.length > 0 ? null : [...new Set(used.map((row) => row[1] as string))].sort(byCodeUnits);
  const numbers = new Map(classNames?.map((name, i) => [name, i]));
  const label = (list: string[][]): LabelledFile[] =>
    list.map((row) => ({ name: row[0] as string, label: numbers.get(row[1] as string) ?? 0 }));
  const parts = [found.train, found.test].filter((part) => part !== null && part !== undefined);
  const skipped = Array.from(beside, ([name, count]) => ({
    name,
    reason: `${count} image${count > 1 ? 's' : ''} beside ${parts.map((part) => `'${part}'`).join(' and ')}`,
  }));
  return { train: label(rows.train), test: label(rows.test), classNames, skipped };
}
