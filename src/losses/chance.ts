import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkIntegers, checkNumbers } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';

/** What {@link chanceLoss} needs to know; each loss names its own. */
export interface ChanceOptions {
  /** Samples (pairs of views), an integer \>= 1. */
  readonly batch?: number;
  /** Negatives per query, an integer \>= 1; rows of the queue. */
  readonly negatives?: number;
  /** Length of an embedding, outputs of a DINO head, or numbers in a patch, an integer \>= 1. */
  readonly dim?: number;
  /** Classes, prototypes, bins or words that are told apart, an integer \>= 1. */
  readonly classes?: number;
  /** Views per sample, an integer \>= 1. @defaultValue 2 */
  readonly views?: number;
  /** As given to the loss, \> 0. @defaultValue that of the loss */
  readonly temperature?: number;
  /** As given to the loss, \> 0. @defaultValue that of the loss */
  readonly baseTemperature?: number;
  /** As given to the loss, \>= 0. @defaultValue that of the loss */
  readonly margin?: number;
  /** As given to the loss, \>= 0. @defaultValue that of the loss */
  readonly variance?: number;
  /** As given to the loss, \> 0. @defaultValue that of the loss */
  readonly epsilon?: number;
  /** As given to the loss, \>= 0. @defaultValue that of the loss */
  readonly lambda?: number;
  /** As given to the loss, \>= 0. @defaultValue that of the loss */
  readonly rho?: number;
  /** As given to the loss, 0 to 1. @defaultValue that of the loss */
  readonly alpha?: number;
  /** As given to the loss. @defaultValue 10, where SigLIP's starts */
  readonly logitScale?: number;
  /** As given to the loss. @defaultValue -10, where SigLIP's starts */
  readonly logitBias?: number;
}

type Count = 'batch' | 'negatives' | 'dim' | 'classes';

/** Hands out an option that the formula cannot do without. */
type Need = (name: Count, min?: number) => number;

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const logOf =
  (name: Count) =>
  (_: ChanceOptions, need: Need): number =>
    Math.log(need(name));

/** Value by loss. */
const formulas = {
  ntXent: (_, need) => Math.log(2 * need('batch') - 1),
  infoNCE: (o, need) => (o.negatives === undefined ? Math.log(need('batch')) : Math.log(need('negatives') + 1)),
  clip: logOf('batch'),
  sigLip: ({ logitScale = 10, logitBias = -10 }, need) =>
    softplus(-logitScale - logitBias) + (need('batch') - 1) * softplus(logitScale + logitBias),
  supCon: ({ views = 2, temperature = 0.07, baseTemperature = 0.07 }, need) =>
    (temperature / baseTemperature) * Math.log(need('batch', 3 - Math.min(views, 2)) * views - 1),
  decoupledContrastive: (_, need) => Math.log(2 * need('batch', 2) - 2),
  triplet: ({ margin = 1 }) => margin,
  nce: (_, need) => {
    const negatives = need('negatives');
    return Math.log1p(negatives) + negatives * Math.log1p(1 / negatives);
  },
  barlowTwins: (_, need) => need('dim'),
  vicReg: ({ variance = 25, epsilon = 1e-4 }) => variance * (1 - Math.sqrt(epsilon)),
  vicRegL: ({ variance = 25, epsilon = 1e-4, alpha = 0.75 }) => variance * (2 - alpha) * (1 - Math.sqrt(epsilon)),
  wMse: () => 2,
  mmcr: ({ views = 2, lambda = 0.005 }, need) => lambda * Math.sqrt(views) - Math.sqrt(need('batch')),
  tico: ({ rho = 8 }) => rho,
  byol: () => 0,
  negativeCosine: () => -1,
  dino: logOf('dim'),
  iBot: logOf('dim'),
  swav: logOf('classes'),
  msn: logOf('classes'),
  smoothL1: () => 0,
  co2: () => 0,
  maskedReconstruction: (_, need) => 1 - 1 / need('dim', 2),
  maskedCrossEntropy: logOf('classes'),
  colorCrossEntropy: logOf('classes'),
  discriminator: () => 2 * Math.LN2,
  generator: () => Math.LN2,
  counting: ({ margin = 10 }) => margin,
  skipGram: (_, need) => (need('negatives') + 1) * Math.LN2,
  alignment: () => 0,
  uniformity: () => 0,
  pseudoLabel: logOf('classes'),
  consistency: () => 0,
  entropy: logOf('classes'),
  crossEntropy: logOf('classes'),
} satisfies Record<string, (options: ChanceOptions, need: Need) => number>;

/** Losses that {@link chanceLoss} knows, without the ending `Loss`. */
export type ChanceName = keyof typeof formulas;

/**
 * The value of a loss when nothing has been learnt, or everything has collapsed to one point: a loss that stays there is
 * not training. Plain arithmetic.
 *
 * | loss | needs | value |
 * | --- | --- | --- |
 * | `ntXentLoss` | `batch` | ln(2 batch − 1) |
 * | `infoNCELoss` | `negatives`, or `batch` without any | ln(negatives + 1), ln(batch) |
 * | `clipLoss` | `batch` | ln(batch) |
 * | `sigLipLoss` | `batch` | all cosines 1: at the scale and bias it starts with, batch · ln 2 |
 * | `supConLoss` | `batch` | temperature / baseTemperature · ln(views · batch − 1) |
 * | `decoupledContrastiveLoss` | `batch` | ln(2 batch − 2) |
 * | `tripletLoss` | | margin |
 * | `nceLoss` | `negatives` | normalised by the batch: ln(1 + m) + m · ln(1 + 1/m) |
 * | `barlowTwinsLoss` | `dim` | dim |
 * | `vicRegLoss` | | variance · (1 − √epsilon) |
 * | `vicRegLLoss` | | variance · (2 − alpha) · (1 − √epsilon) |
 * | `wMseLoss` | | 2 |
 * | `mmcrLoss` | `batch` | lambda · √views − √batch, `views` those of both encoders |
 * | `ticoLoss` | | rho, once the covariance has followed |
 * | `byolLoss`, `negativeCosineLoss`, `alignmentLoss` | | 0, −1, 0: as if perfect, so watch `collapseReport` too |
 * | `smoothL1Loss`, `co2Loss`, `consistencyLoss` | | 0, likewise |
 * | `uniformityLoss` | | 0, its largest value |
 * | `dinoLoss`, `iBotLoss` | `dim` | ln(dim) |
 * | `swavLoss`, `msnLoss` | `classes` | ln(prototypes) |
 * | `maskedReconstructionLoss` | `dim` | predicting each normalised patch's mean: 1 − 1/dim, dim the numbers of a patch |
 * | `maskedCrossEntropyLoss`, `colorCrossEntropyLoss`, `crossEntropy` | `classes` | ln(classes): pretext tasks, rotation ln 4 |
 * | `pseudoLabelLoss`, `entropyLoss` | `classes` | ln(classes), their largest value |
 * | `discriminatorLoss`, `generatorLoss` | | non-saturating: 2 · ln 2, ln 2 |
 * | `countingLoss` | | all features 0: margin |
 * | `skipGramLoss` | `negatives` | (negatives + 1) · ln 2 |
 *
 * Without an entry: `koLeoLoss` (no finite value), `contrastiveMarginLoss` (half margin² times the share of dissimilar pairs),
 * `maskedL1Loss`, `contextEncoderLoss` and `virtualAdversarialLoss`, which depend on the data.
 *
 * @param name - Name of the loss, with or without the ending `Loss`.
 * @param options - The counts in the table and, where they differ from the loss's defaults, its options.
 * @returns A number.
 * @throws RangeError if the name is unknown, or a count that the loss needs is missing or out of range.
 * @see {@link ntXentLoss}
 * @example
 * ```ts
 * import { chanceLoss } from 'selfsup/losses';
 * console.log(chanceLoss('ntXentLoss', { batch: 64 })); // 4.84
 * console.log(chanceLoss('infoNCELoss', { negatives: 65536 })); // 11.09
 * ```
 */
export function chanceLoss(name: ChanceName | `${ChanceName}Loss`, options: ChanceOptions = {}): number {
  checkOptions('chanceLoss', options, [
    'batch',
    'negatives',
    'dim',
    'classes',
    'views',
    'temperature',
    'baseTemperature',
    'margin',
    'variance',
    'epsilon',
    'lambda',
    'rho',
    'alpha',
    'logitScale',
    'logitBias',
  ]);
  const plain = String(name).replace(/Loss$/, '') as ChanceName;
  checkChoice('chanceLoss', 'name', plain, Object.keys(formulas) as ChanceName[]);
  for (const key of [
    'margin',
    'variance',
    'lambda',
    'rho',
    'alpha',
    'temperature',
    'baseTemperature',
    'epsilon',
  ] as const) {
    const value = options[key];
    const min = /emperature|epsilon/.test(key) ? Number.MIN_VALUE : 0;
    if (value !== undefined)
      checkNumbers('chanceLoss', { [key]: [value, min, key === 'alpha' ? 1 : Number.POSITIVE_INFINITY] });
  }
  if (options.views !== undefined) checkIntegers('chanceLoss', { views: [options.views, 1] });
  const need: Need = (count, min = 1) => {
    const value = options[count];
    if (value === undefined) throw new RangeError(`chanceLoss: ${plain} needs ${count}, got undefined.`);
    checkIntegers('chanceLoss', { [count]: [value, min] });
    return value;
  };
  return (formulas[plain] as (options: ChanceOptions, need: Need) => number)(options, need);
}
