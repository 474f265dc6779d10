import type { WeightRule } from '../weightMapping.js';

/** Their names of the layers of a block, without `.weight` and `.bias`. */
export interface BlockNames {
  readonly norm1: string;
  /** One name, or those of queries, keys and values. */
  readonly qkv: string | readonly string[];
  readonly projection: string;
  readonly norm2: string;
  readonly fc1: string;
  readonly fc2: string;
}

/** Rules of a dense layer; ours and theirs are names of layers. */
export function denseRules(ours: string, theirs: string | readonly string[], part: WeightRule['part']): WeightRule[] {
  const all = (end: string): string | string[] =>
    typeof theirs === 'string' ? `${theirs}.${end}` : theirs.map((name) => `${name}.${end}`);
  return [
    { ours: `${ours}/kernel`, theirs: all('weight'), layout: 'linear', part },
    { ours: `${ours}/bias`, theirs: all('bias'), layout: 'same', part },
  ];
}

/** Rules of a layer norm. */
export function normRules(ours: string, theirs: string, part: WeightRule['part']): WeightRule[] {
  return [
    { ours: `${ours}/gamma`, theirs: `${theirs}.weight`, layout: 'same', part },
    { ours: `${ours}/beta`, theirs: `${theirs}.bias`, layout: 'same', part },
  ];
}

/** Rules of the weights of a chain of blocks; names of theirs start with `theirs`. */
export function blockRules(ours: string, theirs: string, names: BlockNames, part: WeightRule['part']): WeightRule[] {
  const name = (end: string): string => `${theirs}${end}`;
  const qkv = typeof names.qkv === 'string' ? name(names.qkv) : names.qkv.map(name);
  return [
    ...normRules(`${ours}/norm1`, name(names.norm1), part),
    ...denseRules(`${ours}/attention/qkv`, qkv, part),
    ...denseRules(`${ours}/attention/projection`, name(names.projection), part),
    ...normRules(`${ours}/norm2`, name(names.norm2), part),
    ...denseRules(`${ours}/mlp/fc1`, name(names.fc1), part),
    ...denseRules(`${ours}/mlp/fc2`, name(names.fc2), part),
  ];
}
