import { readTexts } from '../pretrain/command.js';
import { choice, integer, notEmpty, optional } from '../pretrain/readers.js';

/** Masks that can be compared, and an encoder that is not trained. */
export const kinds = ['untrained', 'random-75', 'block-50', 'block-75', 'grid-75'] as const;

export const help = `Pretrains the same masked autoencoder with different masks, for the same number of images, and probes each.

Usage: npm run mae:masks -- [options]

  --data PATH   as for npm run pretrain                               (rendered scenes)
  --size N      height and width to which a folder of images is resized           (32)
  --patch N     side of a patch                                                    (4)
  --steps N     steps of 64 images                                               (200)
  --tune N      steps of fine-tuning; 0: none                                    (100)
  --masks LIST  of untrained, random-75, block-50, block-75, grid-75             (all)
  --seed N                                                                         (0)
  --help        this text
`;

/** A checked command line. */
export type Options = NonNullable<ReturnType<typeof readOptions>>;

/** Reads and checks the command line; null when it asks for help. Throws a Failure with exit code 2. */
export function readOptions(args: readonly string[]) {
  const values = readTexts(args, ['data', 'size', 'patch', 'steps', 'tune', 'masks', 'seed']);
  if (values === null) return null;
  const number = (
    name: 'size' | 'patch' | 'steps' | 'tune' | 'seed',
    least: number,
    most: number,
    usual: number,
  ): number => optional(`--${name}`, values[name], integer(least, most)) ?? usual;
  return {
    data: optional('--data', values.data, notEmpty),
    size: number('size', 8, 1024, 32),
    patchSize: number('patch', 1, 1024, 4),
    steps: number('steps', 1, 1e9, 200),
    tune: number('tune', 0, 1e9, 100),
    seed: number('seed', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 0),
    masks: values.masks?.split(',').map((name) => choice(kinds)('--masks', name)) ?? kinds,
  };
}
