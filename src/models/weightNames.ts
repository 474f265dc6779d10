import { listed, type ModelWeight } from './modelWeights.js';
import { partOf, ruleFor, type WeightMapping, type WeightRule } from './weightMapping.js';

/** Where a weight is in a file. */
export interface WeightSource {
  readonly weight: ModelWeight;
  /** Names in the file. */
  readonly theirs: readonly string[];
  readonly layout: WeightRule['layout'];
  readonly part: WeightRule['part'];
}

/** Starts of names in a file. */
interface Prefixes {
  readonly encoder: string;
  readonly rest: string;
}

/** What a file has for a model. */
export interface FileNames {
  readonly sources: readonly WeightSource[];
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  /** Whether positions in the file have a row for a class token. */
  readonly classRow: boolean;
}

/** Names under which weights are written; throws an Error that lists those that the mapping has no names for. */
export function namesToWrite(where: string, weights: readonly ModelWeight[], mapping?: WeightMapping): WeightSource[] {
  const { prefix = '', encoderPrefix = '' } = mapping ?? {};
  const { sources, nameless } = sourcesOf(weights, mapping, { encoder: prefix + encoderPrefix, rest: prefix });
  if (nameless.length > 0) throw new Error(`${where}: the mapping has no names for ${listed(nameless)}.`);
  return sources;
}

/** Which tensors of a file belong to which weights. */
export function namesInFile(
  where: string,
  weights: readonly ModelWeight[],
  names: readonly string[],
  mapping?: WeightMapping,
): FileNames {
  const prefixes = mapping ? findPrefixes(where, names, mapping) : { encoder: '', rest: '' };
  const { sources, nameless } = sourcesOf(weights, mapping, prefixes);
  const there = new Set(names);
  const wanted = sources.flatMap(({ theirs }) => theirs);
  const taken = new Set(wanted);
  const parts = new Set(sources.map(({ part }) => part));
  const unexpected = names.filter((name) => {
    if (taken.has(name) || !name.startsWith(prefixes.rest)) return false;
    if (mapping === undefined) return true;
    const short = name.slice(prefixes.rest.length);
    if (mapping.ignored?.some((start) => short.startsWith(start))) return false;
    const part = partOf(mapping, withoutPrefix(name, prefixes));
    return part === undefined || parts.has(part);
  });
  return {
    sources: sources.filter(({ theirs }) => theirs.every((name) => there.has(name))),
    missing: [...wanted.filter((name) => !there.has(name)), ...nameless],
    unexpected,
    classRow: mapping !== undefined && there.has(prefixes.encoder + mapping.classToken),
  };
}

function sourcesOf(weights: readonly ModelWeight[], mapping: WeightMapping | undefined, prefixes: Prefixes) {
  const sources: WeightSource[] = [];
  const nameless: string[] = [];
  for (const weight of weights) {
    const { name } = weight;
    const rule = mapping ? ruleFor(mapping, name) : ({ theirs: [name], layout: 'same', part: 'encoder' } as const);
    if (rule === undefined) {
      nameless.push(name);
      continue;
    }
    const start = rule.part === 'encoder' ? prefixes.encoder : prefixes.rest;
    sources.push({
      weight,
      theirs: rule.theirs.map((text) => start + text),
      layout: rule.layout,
      part: rule.part,
    });
  }
  return { sources, nameless };
}

function withoutPrefix(name: string, { encoder, rest }: Prefixes): string {
  return name.slice(name.startsWith(encoder) ? encoder.length : rest.length);
}

/** What stands before the names in a file: what the mapping says, or what stands before the name that every file has. */
function findPrefixes(where: string, names: readonly string[], mapping: WeightMapping): Prefixes {
  const { anchor, prefix, encoderPrefix = '' } = mapping;
  const found = names.filter((name) => name.endsWith(anchor)).map((name) => name.slice(0, -anchor.length));
  if (prefix !== undefined) {
    return { encoder: prefix + (found.includes(prefix + encoderPrefix) ? encoderPrefix : ''), rest: prefix };
  }
  const teachers = found.filter((start) => start.includes('teacher'));
  const likely = found.length > 1 && teachers.length > 0 ? teachers : found;
  const [encoder] = likely;
  if (encoder === undefined) {
    throw new Error(`${where}: the file must have a tensor ${anchor}, it has ${listed(names) || 'none at all'}.`);
  }
  if (likely.length > 1) {
    throw new Error(`${where}: the mapping must have a prefix, the file has ${listed(likely.map((p) => `'${p}'`))}.`);
  }
  const inner = encoderPrefix !== '' && encoder.endsWith(encoderPrefix) ? encoderPrefix.length : 0;
  return { encoder, rest: encoder.slice(0, encoder.length - inner) };
}
