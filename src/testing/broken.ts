import { show } from '../internal/checks.js';

/** Says how a law is broken; {@link runLaws} makes the message of it. */
export class Broken extends Error {
  /** Name of the law, set by the one who checks it unless it is another than that. */
  law: string | undefined;
  /** What stays the same about an error of the code under test while its input shrinks: its text without numbers. */
  readonly kind: string;

  constructor(
    readonly expected: string,
    readonly got: string,
    { law, kind = '', cause }: { readonly law?: string; readonly kind?: string; readonly cause?: unknown } = {},
  ) {
    super(`expected ${expected}, got ${got}`, { cause });
    this.law = law;
    this.kind = kind;
  }
}

/** The code under test threw. */
export function threw(what: string, error: unknown, law?: string): Broken {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : show(error);
  const kind = text.replace(/-?\d[\d.e+-]*/g, '#');
  return new Broken(`${what} not to throw`, text, { kind, cause: error, ...(law === undefined ? {} : { law }) });
}
