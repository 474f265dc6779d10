import { byCodeUnits } from './paths.js';

/** Where the images of a folder belong. */
export interface ImageLayout {
  /** Training files with their classes (0 where there are none). */
  readonly train: readonly LabelledFile[];
  /** Test files, maybe none. */
  readonly test: readonly LabelledFile[];
  /** Names of the classes, or null. */
  readonly classNames: readonly string[] | null;
}

/** A file and its class. */
export interface LabelledFile {
  readonly name: string;
  readonly label: number;
}

const TEST_FOLDERS = ['test', 'val', 'validation', 'valid'];

/** Reads split and class out of paths: `train/cat/1.jpg`, `cat/1.jpg`, `1.jpg`, with or without one folder around all. */
export function imageLayout(path: string, names: readonly string[], testFolder?: string): ImageLayout {
  const split = names.map((name) => name.split('/'));
  const special = new Set(['train', ...TEST_FOLDERS, testFolder]);
  let depth = 0;
  while (split.every((p) => p.length > depth + 2 && p[depth] === split[0]?.[depth] && !special.has(p[depth]))) depth++;
  const inner = split.map((parts) => parts.slice(depth));
  const top = new Set(inner.filter((parts) => parts.length > 1).map((parts) => parts[0] as string));
  const chosen = testFolder ?? (top.has('train') ? TEST_FOLDERS.find((name) => top.has(name)) : undefined);
  if (chosen !== undefined && !top.has(chosen)) {
    throw new Error(
      `readImages: expected a folder '${chosen}' with images, got ${[...top].join(', ') || 'none'}: ${path}`,
    );
  }
  const rows = { train: [] as string[][], test: [] as string[][] };
  for (const [i, parts] of inner.entries()) {
    const name = names[i] as string;
    if (chosen !== undefined && parts[0] === chosen) rows.test.push([name, ...parts.slice(1)]);
    else if (top.has('train')) {
      if (parts[0] === 'train') rows.train.push([name, ...parts.slice(1)]);
    } else rows.train.push([name, ...parts]);
  }
  const used = [...rows.train, ...rows.test];
  const loose = used.filter((row) => row.length < 3);
  if (loose.length > 0 && loose.length < used.length) {
    throw new Error(`readImages: ${loose[0]?.[0]} lies in no class folder, others do: ${path}`);
  }
  const classNames = loose.length > 0 ? null : [...new Set(used.map((row) => row[1] as string))].sort(byCodeUnits);
  const label = (list: string[][]): LabelledFile[] =>
    list.map((row) => ({ name: row[0] as string, label: classNames?.indexOf(row[1] as string) ?? 0 }));
  return { train: label(rows.train), test: label(rows.test), classNames };
}
