import { parseArgs } from 'node:util';
import { Failure, oneLine } from '../pretrain/failure.js';

export const help = `Probes encoders in every way, an untrained one beside them, and writes a page and a Markdown file.

Usage: npm run probe:report -- [options]

  --data PATH      as for npm run pretrain                                (rendered scenes)
  --size N         height and width to which a folder of images is resized             (96)
  --encoder PATH   a folder that npm run pretrain wrote; may be given more than once
  --images N       training images, and half as many test images                     (2000)
  --out NAME       NAME.html and NAME.md are written                         (probe-report)
  --help           this text
`;

/** What the command line asks for. */
export interface Command {
  readonly data: string | null;
  readonly encoders: readonly string[];
  readonly images: number;
  readonly size: number;
  readonly out: string;
}

const text = { type: 'string' } as const;
const options = {
  ...{ data: text, size: text, images: text, out: text },
  encoder: { type: 'string', multiple: true },
  help: { type: 'boolean' },
} as const;

/** Reads a command line; null where the help text is asked for. Throws a Failure in one line. */
export function readCommand(args: string[]): Command | null {
  const values = parsed(args);
  if (values.help) return null;
  return {
    data: values.data ?? null,
    encoders: values.encoder ?? [],
    images: whole('images', values.images ?? '2000', 40),
    size: whole('size', values.size ?? '96', 8),
    out: values.out ?? 'probe-report',
  };
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new Failure(oneLine(error), 2);
  }
}

function whole(name: string, value: string, min: number): number {
  const n = Number(value);
  if (Number.isSafeInteger(n) && n >= min) return n;
  throw new Failure(`--${name} must be an integer >= ${min}, got '${value}'`, 2);
}
