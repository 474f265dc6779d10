import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers } from '../internal/checks.js';
import { makeViews } from './makeViews.js';
import { type Size, sizePair } from './shapes.js';
import type { Views } from './transform.js';
import { POLICY_OPTIONS, type PolicyOptions, type ViewRecipe, viewPolicy } from './viewPolicy.js';

/** Options of the policies with global and local views. */
export interface GlobalLocalOptions extends PolicyOptions {
  /** Size of the local views. @defaultValue 96 / 224 of `size`, rounded */
  readonly localSize?: Size;
  /** How many local views, an integer >= 0. */
  readonly localCount?: number;
  /** Area of a global crop as a share of the image's. */
  readonly globalScale?: readonly [number, number];
  /** Area of a local crop as a share of the image's. */
  readonly localScale?: readonly [number, number];
}

/** What a policy with global and local views adds to its options. */
export interface GlobalLocalRecipe {
  readonly localCount: number;
  readonly globalScale: readonly [number, number];
  readonly localScale: readonly [number, number];
  readonly jitter: ViewRecipe['jitter'];
  /** Chances of blur and solarisation of each global view. */
  readonly globals: readonly { readonly blur: number; readonly solarize: number }[];
  readonly localBlur: number;
}

/** The global views, then the local ones. */
export function globalAndLocal(where: string, options: GlobalLocalOptions, recipe: GlobalLocalRecipe): Views {
  checkOptions(where, options, [...POLICY_OPTIONS, 'localSize', 'localCount', 'globalScale', 'localScale']);
  const size = sizePair(where, options.size);
  const { localSize, localCount = recipe.localCount, globalScale, localScale, ...shared } = options;
  checkIntegers(where, { localCount: [localCount, 0] });
  const small = localSize ?? (size.map((side) => Math.max(1, Math.round((side * 96) / 224))) as [number, number]);
  const view = (own: { size: Size; scale: readonly [number, number]; blur: number; solarize: number }) =>
    viewPolicy(where, {
      ...shared,
      size: own.size,
      scale: own.scale,
      jitter: recipe.jitter,
      flipProbability: 0.5,
      grayscaleProbability: 0.2,
      blurProbability: own.blur,
      solarizeProbability: own.solarize,
    });
  const local = { size: small, scale: localScale ?? recipe.localScale, blur: recipe.localBlur, solarize: 0 };
  return makeViews([
    ...recipe.globals.map((chances) => view({ size, scale: globalScale ?? recipe.globalScale, ...chances })),
    ...Array.from({ length: localCount }, () => view(local)),
  ]);
}
