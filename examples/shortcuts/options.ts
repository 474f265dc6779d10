import { readTexts } from '../pretrain/command.js';
import { integer, notEmpty, optional } from '../pretrain/readers.js';

export const help = `Tells how well the labels of pretext tasks are told from low-level statistics, with each defence on and off.

Usage: npm run shortcuts -- [options]

  --data PATH   as for npm run pretrain                               (rendered scenes)
  --size N      height and width to which a folder of images is resized           (96)
  --images N    images that are looked at                                       (2000)
  --help        this text
`;

/** A checked command line; null when it asks for help. Throws a Failure with exit code 2. */
export function readOptions(args: readonly string[]) {
  const values = readTexts(args, ['data', 'size', 'images']);
  if (values === null) return null;
  return {
    data: optional('--data', values.data, notEmpty),
    size: optional('--size', values.size, integer(15, 1024)) ?? 96,
    images: optional('--images', values.images, integer(20, 1e9)) ?? 2000,
  };
}
