import { parseArgs } from 'node:util';
import { badArguments } from '../pretrain/command.js';
import { integer, notEmpty, optional } from '../pretrain/readers.js';

export const help = `Probes encoders in every way, an untrained one beside them, and writes a page and a Markdown file.

Usage: npm run probe:report -- [options]

  --data PATH      as for npm run pretrain                                (rendered scenes)
  --size N         height and width to which a folder of images is resized             (96)
  --encoder PATH   a folder that npm run pretrain wrote; may be given more than once
  --images N       training images, and half as many test images                     (2000)
  --out NAME       NAME.html and NAME.md are written                         (probe-report)
  --help           this text
`;

const text = { type: 'string' } as const;
const options = {
  ...{ data: text, size: text, images: text, out: text },
  encoder: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const;

/** A checked command line. */
export type Options = NonNullable<ReturnType<typeof readOptions>>;

/** Reads and checks the command line; null when it asks for help. Throws a Failure with exit code 2. */
export function readOptions(args: readonly string[]) {
  const values = parsed(args);
  if (values.help) return null;
  return {
    data: optional('--data', values.data, notEmpty),
    size: optional('--size', values.size, integer(8, 1024)) ?? 96,
    encoders: (values.encoder ?? []).map((path) => notEmpty('--encoder', path)),
    images: optional('--images', values.images, integer(40, 1e9)) ?? 2000,
    out: optional('--out', values.out, notEmpty) ?? 'probe-report',
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw badArguments(error);
  }
}
