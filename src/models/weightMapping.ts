import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { checkGrid } from '../layers/gridSize.js';
import type { GridSize } from '../layers/index.js';

/**
 * How the numbers of a weight lie in a file, against ours: the same; `'linear'`, `[to, from]` for `[from, to]`; `'patches'`,
 * the kernel of a convolution `[dim, channels, size, size]` for `[size² * channels, dim]`; `'token'`, `[1, 1, dim]` for
 * `[dim]`; `'positions'`, `[1, tokens, dim]` for `[tokens, dim]`, resized where the grids differ; `'class'`, a token, to which the
 * first row of the positions is added where only the file's have a row for it.
 */
export type WeightLayout = 'same' | 'linear' | 'patches' | 'token' | 'class' | 'positions';

/** One weight, or one in each of a chain of blocks. */
export interface WeightRule {
  /** Name of our weight, the layer's name first; `{}` stands for the number of a block. */
  readonly ours: string;
  /** Name in the file, with `{}` for the same number; several that lie one below the other: queries, keys, values. */
  readonly theirs: string | readonly string[];
  /** How the numbers lie. */
  readonly layout: WeightLayout;
  /** What the weight is part of. Names of a part that a model wholly lacks may be in the file all the same. */
  readonly part: 'encoder' | 'decoder' | 'head';
}

/** Options of the mappings. */
export interface MappingOptions {
  /**
   * What stands before all names in the file, such as `'teacher.backbone.'`. Names that start differently are left alone.
   * @defaultValue found in the file, the teacher's if there are several; none when a file is written
   */
  readonly prefix?: string;
  /** Grid of the positions in the file, if it is not square: `[rows, columns]`. @defaultValue a square one */
  readonly gridSize?: GridSize;
  /** Whether resizing positions averages where the grid shrinks, see `resizePositions`. @defaultValue as the authors' code does */
  readonly antialias?: boolean;
}

/** Names and layouts of another library's weights: what `timmMapping` and its like make. */
export interface WeightMapping extends MappingOptions {
  /** Weights of both sides. */
  readonly rules: readonly WeightRule[];
  /** A name that every file of this kind has; what stands before it in a file is the prefix. */
  readonly anchor: string;
  /** Name of the class token; where the file has it, its positions start with a row for it. */
  readonly classToken: string;
  /** What stands after the prefix before the encoder's names, where files have it or not. @defaultValue '' */
  readonly encoderPrefix?: string;
  /** Starts of further names, after the prefix, that no model of ours has. @defaultValue none */
  readonly ignored?: readonly string[];
}

/** Checks the options of a mapping, and gives them back. */
export function checkMappingOptions(where: string, options: MappingOptions): MappingOptions {
  const { prefix, gridSize, antialias } = checkOptions(where, options, ['prefix', 'gridSize', 'antialias']);
  if (prefix !== undefined && typeof prefix !== 'string') {
    throw new RangeError(`${where}: prefix must be a text, got ${show(prefix)}.`);
  }
  if (gridSize !== undefined) checkGrid(where, 'gridSize', gridSize);
  if (antialias !== undefined) checkFlags(where, { antialias });
  return options;
}

/** Checks that a mapping, where one is given, is one. */
export function checkMapping(where: string, mapping: WeightMapping | undefined): void {
  if (mapping === undefined || (Array.isArray(mapping?.rules) && typeof mapping.anchor === 'string')) return;
  throw new RangeError(`${where}: mapping must be one, as timmMapping() makes it, got ${show(mapping)}.`);
}

/** A rule with the numbers of blocks filled in. */
export interface MatchedRule extends Omit<WeightRule, 'theirs'> {
  readonly theirs: readonly string[];
}

/** The rule for a weight of ours. */
export function ruleFor({ rules }: WeightMapping, name: string): MatchedRule | undefined {
  for (const rule of rules) {
    const found = pattern(rule.ours).exec(name);
    if (found === null) continue;
    const theirs = [rule.theirs].flat().map((text) => text.replace('{}', found[1] ?? ''));
    return { ...rule, ours: name, theirs };
  }
  return undefined;
}

/** What a name of theirs is part of, the prefix taken off. */
export function partOf({ rules }: WeightMapping, name: string): WeightRule['part'] | undefined {
  return rules.find((rule) => [rule.theirs].flat().some((text) => pattern(text).test(name)))?.part;
}

function pattern(text: string): RegExp {
  const parts = text.split('{}').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('(\\d+)')}$`);
}
