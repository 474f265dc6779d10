import { readTexts } from '../pretrain/command.js';
import { choice, integer, notEmpty, optional } from '../pretrain/readers.js';

/** Tasks whose labels are looked for. */
export const taskNames = ['rotation', 'relative-position', 'jigsaw'] as const;

export const help = `Tells how well the labels of pretext tasks are told from low-level statistics, with each defence on and off.

Usage: npm run shortcuts -- [options]

  --data PATH   as for npm run pretrain                               (rendered scenes)
  --size N      height and width to which a folder of images is resized           (96)
  --images N    images that are looked at                                       (2000)
  --tasks LIST  of rotation, relative-position, jigsaw                           (all)
  --help        this text
`;

/** A checked command line. */
export type Options = NonNullable<ReturnType<typeof readOptions>>;

/** Reads and checks the command line; null when it asks for help. Throws a Failure with exit code 2. */
export function readOptions(args: readonly string[]) {
  const values = readTexts(args, ['data', 'size', 'images', 'tasks']);
  if (values === null) return null;
  return {
    data: optional('--data', values.data, notEmpty),
    size: optional('--size', values.size, integer(15, 1024)) ?? 96,
    images: optional('--images', values.images, integer(20, 1e9)) ?? 2000,
    tasks: values.tasks?.split(',').map((name) => choice(taskNames)('--tasks', name)) ?? taskNames,
  };
}
