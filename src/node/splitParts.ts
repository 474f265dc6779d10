import { fault } from './fault.js';

/** Paths below the folders around all, and which top folders are the two parts. */
export interface Parts {
  readonly files: readonly { readonly name: string; readonly parts: readonly string[] }[];
  /** The training part; null where everything that is not the test part belongs to it. */
  readonly train: string | null;
  /** The test part; undefined where there is none. */
  readonly test: string | undefined;
}

const ENDING = '(?:[-_ ]?(?:set|images?|data))?[-_ ]?(?:\\d{4})?';
const TRAIN = new RegExp(`^train(?:ing)?${ENDING}$`, 'i');
/** By rank: the first one that is there is the test part. */
const TESTS = ['test(?:ing)?', 'val', 'validation', 'valid', 'dev', 'eval(?:uation)?'].map(
  (word) => new RegExp(`^${word}${ENDING}$`, 'i'),
);

const isTrain = (name: string): boolean => TRAIN.test(name);
const isTest = (name: string): boolean => TESTS.some((pattern) => pattern.test(name));

/**
 * Decides whether top folders are parts or classes. A folder named as a part is one where nothing but parts lies beside it, or
 * where it and a part for the test hold class folders of the same names; it is a class where it holds images and folders that
 * are no parts lie beside it. Everything else is an error, which `split` or `testFolder` decides.
 */
export function splitParts(
  path: string,
  names: readonly string[],
  { testFolder, split }: { readonly testFolder?: string | undefined; readonly split?: boolean | undefined },
): Parts {
  const all = names.map((name) => ({ name, parts: name.split('/') }));
  const first = all[0]?.parts ?? [];
  const isPart = (name: string): boolean => name === testFolder || (split !== false && (isTrain(name) || isTest(name)));
  let depth = 0;
  while (
    !isPart(first[depth] as string) &&
    all.every(({ parts }) => parts.length > depth + 2 && parts[depth] === first[depth])
  )
    depth++;
  const files = all.map(({ name, parts }) => ({ name, parts: parts.slice(depth) }));
  const tops = new Map<string, Top>();
  for (const { parts } of files) {
    const [name, inner] = parts as [string, string];
    if (parts.length < 2) continue;
    const top = tops.get(name) ?? { flat: false, folders: new Set<string>() };
    tops.set(name, top);
    if (parts.length === 2) top.flat = true;
    else top.folders.add(inner);
  }
  return { files, ...decide(path, tops, testFolder, split) };
}

/** What a top folder holds: images of its own, and folders with images. */
interface Top {
  flat: boolean;
  readonly folders: Set<string>;
}

function decide(
  path: string,
  tops: ReadonlyMap<string, Top>,
  testFolder: string | undefined,
  split: boolean | undefined,
): Pick<Parts, 'train' | 'test'> {
  const names = [...tops.keys()];
  const top = (name: string): Top => tops.get(name) as Top;
  if (testFolder !== undefined && !tops.has(testFolder)) {
    const got = names.join(', ') || 'none';
    throw fault('readImages', `expected a folder '${testFolder}' with images, got ${got}`, path);
  }
  if (split === false) return { train: null, test: testFolder };
  const rest = names.filter((name) => name !== testFolder);
  const trains = rest.filter(isTrain);
  const tests = rest.filter((name) => !isTrain(name) && isTest(name));
  const others = rest.filter((name) => !isTrain(name) && !isTest(name));
  const unclear = (name: string, beside: readonly string[]): Error => {
    const list = beside.length > 0 ? ` beside ${beside.slice(0, 5).join(', ')}` : '';
    const ways = 'split: true takes it as a part, split: false as a class';
    return fault('readImages', `'${name}'${list} may be a part of the data or a class (${ways})`, path);
  };
  const [train] = trains;
  if (train === undefined) {
    if (split === true && testFolder === undefined) {
      throw fault('readImages', `expected a folder 'train' with images, got ${names.join(', ') || 'none'}`, path);
    }
    const sure = split === true || testFolder !== undefined;
    const odd = tests.find((name) => sure || others.length === 0 || top(name).folders.size > 0);
    if (odd !== undefined && split !== true)
      throw unclear(
        odd,
        rest.filter((name) => name !== odd),
      );
    checkInner(path, tops);
    return { train: null, test: testFolder };
  }
  if (trains.length > 1)
    throw fault(
      'readImages',
      `expected one training part, got ${trains.join(' and ')} (split: false makes classes of them)`,
      path,
    );
  const test = testFolder ?? bestTest(path, tests);
  const nested = top(train).folders.size > 0;
  const beside = names.filter((name) => name !== train);
  if (split !== true && others.length > 0) {
    if (!nested && (testFolder !== undefined || tests.length === 0)) {
      checkInner(path, tops); // a class among others
      return { train: null, test: testFolder };
    }
    const shared = test !== undefined && [...top(train).folders].some((name) => top(test).folders.has(name));
    if (!shared) throw unclear(train, beside);
  }
  return { train, test };
}

/** The first by rank; two of the same rank are an error. */
function bestTest(path: string, tests: readonly string[]): string | undefined {
  for (const pattern of TESTS) {
    const found = tests.filter((name) => pattern.test(name));
    if (found.length > 1) {
      throw fault('readImages', `expected one test part, got ${found.join(' and ')} (testFolder names it)`, path);
    }
    if (found.length === 1) return found[0];
  }
  return undefined;
}

/** Parts inside of what are taken for classes: their test images must not become training images. */
function checkInner(path: string, tops: ReadonlyMap<string, Top>): void {
  for (const [name, { folders }] of tops) {
    const inner = [...folders];
    const [train, test] = [inner.find(isTrain), inner.find((folder) => !isTrain(folder) && isTest(folder))];
    if (train === undefined || test === undefined) continue;
    const text = `the parts '${train}' and '${test}' must be top folders, they lie in '${name}' (split: false makes it a class)`;
    throw fault('readImages', text, path);
  }
}
