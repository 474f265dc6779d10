import { type Arbitrary, asyncProperty, check, defaultReportMessage } from 'fast-check';
import { checkIntegers } from '../internal/checks.js';
import { Broken, threw } from './broken.js';
import { Missing, needBackend, needed } from './platform.js';

/** How often laws are tried, and how a failure is replayed. */
export interface LawRuns {
  /** Inputs tried, an integer \>= 1. @defaultValue 20 */
  readonly numRuns?: number;
  /** Seed of fast-check, from the message of a failure. @defaultValue another one every time */
  readonly seed?: number;
  /** Path of fast-check, from the message of a failure. @defaultValue none */
  readonly path?: string;
}

/** A law: throws {@link Broken} for a subject that breaks it. */
export interface Law<S> {
  readonly name: string;
  readonly check: (subject: S) => Promise<void>;
}

/** What is checked: subjects drawn, laws in the order in which they are tried, and how a subject prints. */
export interface Suite<S> {
  /** Function and part under test, such as `transformLaws(colorJitter)`. */
  readonly where: string;
  readonly subjects: Arbitrary<S>;
  readonly laws: readonly Law<S>[];
  readonly describe: (subject: S) => string;
  /** Whether the seed alone brings a failure back: a path leads through the subjects of one suite only. */
  readonly seedReplays?: boolean;
}

/** Name of the law that any call of the part under test upholds; the others take it for granted. */
export const TAKES = 'takes its input';

/**
 * Checks laws on drawn subjects. Once one is broken, only a subject that breaks the same law counts as a smaller
 * counterexample, so that shrinking does not wander off to sizes that the part rightly refuses.
 */
export async function runLaws<S>(
  { where, subjects, laws, describe, seedReplays = false }: Suite<S>,
  runs: LawRuns,
): Promise<void> {
  const { numRuns = 20, seed, path } = runs;
  checkIntegers(where, { numRuns: [numRuns, 1] });
  await needBackend(where);
  let failing: Broken | undefined;
  const property = asyncProperty(subjects, async (subject) => {
    const broken = await firstBroken(subject, laws, failing);
    if (broken === undefined) return;
    failing ??= broken;
    throw broken;
  });
  const replay = { ...(seed === undefined ? {} : { seed }), ...(path === undefined ? {} : { path }) };
  const details = await check(property, { numRuns, ...replay });
  if (!details.failed) return;
  const { errorInstance } = details;
  if (errorInstance instanceof Missing) {
    throw new Error(`${where}: ${errorInstance.message}.`, { cause: errorInstance.cause });
  }
  if (details.counterexample === null || !(details.errorInstance instanceof Broken)) {
    throw new Error(`${where}: ${defaultReportMessage(details)}`, { cause: details.errorInstance });
  }
  const { law, expected, got, cause } = details.errorInstance;
  const times = details.numShrinks === 1 ? 'once' : `${details.numShrinks} times`;
  const from = seedReplays ? '' : `, path: '${details.counterexamplePath}'`;
  const lines = [
    `${where}: broken law: ${law}`,
    `  expected: ${expected}`,
    `  got: ${got}`,
    `  counterexample, shrunk ${times}: ${describe(details.counterexample[0])}`,
    `  replay: the same call with { seed: ${details.seed}${from} } among its options`,
  ];
  throw new Error(lines.join('\n'), { cause });
}

async function firstBroken<S>(
  subject: S,
  laws: readonly Law<S>[],
  failing: Broken | undefined,
): Promise<Broken | undefined> {
  for (const { name, check } of laws) {
    if (failing !== undefined && failing.law !== name) continue;
    try {
      await check(subject);
    } catch (error) {
      const need = needed(error instanceof Broken ? error.cause : error);
      if (need !== undefined) throw new Missing(need, { cause: error });
      const broken = error instanceof Broken ? error : threw('it', error);
      broken.law ??= name;
      if (failing === undefined || (failing.law === broken.law && failing.kind === broken.kind)) return broken;
    }
  }
  return undefined;
}
