import { parseArgs } from 'node:util';
import { badArguments } from './command.js';
import { Failure } from './failure.js';
import { choice, integer, notEmpty, optional, positive } from './readers.js';

/** The methods that the job can run. */
export const methodNames = [
  'simclr',
  'moco',
  'barlow-twins',
  'mae',
  'rotation',
  'jigsaw',
  'relative-position',
  'colorization',
  'inpainting',
] as const;
/** What `--backend` takes. */
export const backendNames = ['auto', 'wasm', 'webgpu', 'tensorflow', 'cpu'] as const;

export type MethodName = (typeof methodNames)[number];
export type BackendName = (typeof backendNames)[number];

/** The settings that the command line names; what it leaves out is undefined. */
export interface Given {
  /** Path of the data. */
  readonly data: string | undefined;
  readonly method: MethodName | undefined;
  readonly backend: BackendName | undefined;
  /** Steps to train. */
  readonly steps: number | undefined;
  /** Minutes to train. */
  readonly minutes: number | undefined;
  /** Images of a step. */
  readonly batch: number | undefined;
  /** Height and width to which a folder of images is resized. */
  readonly size: number | undefined;
  readonly seed: number | undefined;
  /** Peak learning rate. */
  readonly learningRate: number | undefined;
}

/** A checked command line. */
export interface Options {
  readonly given: Given;
  readonly out: string;
  readonly resume: boolean;
  /** Whether an unfinished run in `out` is given up. */
  readonly restart: boolean;
}

export const help = `Pretrains an image encoder without labels, probes it and writes a report.

Usage: npm run pretrain -- [options]

  --data PATH        CIFAR binary (folder or file), IDX folder, folder or .tar.gz of images
                     (without it: rendered scenes, made on the spot)
  --method NAME      simclr | moco | barlow-twins | mae | rotation | jigsaw |
                     relative-position | colorization | inpainting            (simclr)
  --backend NAME     auto | wasm | webgpu | tensorflow | cpu                  (auto)
  --steps N          train for N steps
  --minutes M        train for M minutes     (neither: 180 steps, 2 minutes at most)
  --batch N          images of a step                                         (64)
  --size N           height and width to which a folder of images is resized  (32)
  --seed N           seed of weights, views and order                         (0)
  --learning-rate X  peak learning rate                                       (the recipe's)
  --out DIR          folder for report.html, result.json and encoder/         (pretrain-out)
                     (results of a finished run there are replaced, other files never)
  --resume           go on with the unfinished run in --out
  --restart          start over, although --out holds an unfinished run
  --help             this text
`;

/** Reads and checks the command line; null when it asks for help. Throws a Failure with exit code 2. */
export function readOptions(args: readonly string[]): Options | null {
  const values = parse(args);
  if (values.help === true) return null;
  if (values.steps !== undefined && values.minutes !== undefined) {
    throw new Failure('give --steps or --minutes, not both', 2);
  }
  if (values.resume === true && values.restart === true) throw new Failure('give --resume or --restart, not both', 2);
  return {
    given: {
      data: optional('--data', values.data, notEmpty),
      method: optional('--method', values.method, choice(methodNames)),
      backend: optional('--backend', values.backend, choice(backendNames)),
      steps: optional('--steps', values.steps, integer(1, 1e9)),
      minutes: optional('--minutes', values.minutes, positive),
      batch: optional('--batch', values.batch, integer(2, 65536)),
      size: optional('--size', values.size, integer(8, 1024)),
      seed: optional('--seed', values.seed, integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)),
      learningRate: optional('--learning-rate', values['learning-rate'], positive),
    },
    out: notEmpty('--out', values.out ?? 'pretrain-out'),
    resume: values.resume === true,
    restart: values.restart === true,
  };
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const known = {
  data: text,
  method: text,
  backend: text,
  steps: text,
  minutes: text,
  batch: text,
  size: text,
  seed: text,
  'learning-rate': text,
  out: text,
  resume: flag,
  restart: flag,
  help: { type: 'boolean', short: 'h' },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: known }).values;
  } catch (error) {
    throw badArguments(error, Object.keys(known));
  }
}
