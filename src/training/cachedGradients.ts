import {
  add,
  concat,
  engine,
  type NamedTensorMap,
  type Scalar,
  slice,
  type Tensor,
  type Tensor2D,
  tidy,
  type Variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { explainBackendError } from '../internal/backendErrors.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkShapes, checkTensor, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';

/** What {@link cachedGradients} takes. */
export interface CachedGradientsOptions<X extends Tensor = Tensor, Z extends Tensor = Tensor2D> {
  /**
   * One entry per view (or per side: images and their texts): the whole batch, first axis samples, or a function that makes
   * chunk i. Such a function is called twice for each chunk, must give the same both times, and what it gives is disposed
   * here; a tensor stays the caller's.
   */
  readonly inputs: readonly (X | ((chunk: number) => X))[];
  /**
   * From a chunk to its embeddings, `[rows, ...]`: one function for all views or one per view. It is called twice for each
   * chunk and must give the same both times: anything random in it has to be drawn from a seed and the chunk's number.
   */
  readonly encode: ((input: X, chunk: number) => Z) | readonly ((input: X, chunk: number) => Z)[];
  /** From the embeddings of the whole batch, one tensor per view, to the loss. */
  readonly loss: (...embeddings: Z[]) => Scalar;
  /** Rows of a chunk, \>= 1; needed where a view is a tensor. The last chunk may have fewer. */
  readonly chunkSize?: number;
  /** Chunks of every view that is a function, \>= 1; needed where there is one. */
  readonly chunks?: number;
  /** What to differentiate by; those not trainable are left out. @defaultValue all trainable variables, as tfjs has it */
  readonly variables?: readonly Variable[];
}

/** What {@link cachedGradients} gives: the type of tfjs's `variableGrads`. */
export interface ValueAndGradients {
  /** The loss, a scalar. */
  readonly value: Scalar;
  /** Gradients by variable name; variables that the loss does not depend on are left out. */
  readonly grads: NamedTensorMap;
}

/**
 * Value and exact gradients of a loss over a batch that does not fit into memory, such as a contrastive loss over
 * thousands of images. The encoder runs chunk by chunk, first without gradient, to get all embeddings; then the loss gives
 * its gradient with respect to these; then each chunk runs again and sends its part of that gradient on into the weights.
 * Memory holds the activations of one chunk, all embeddings, and what the loss itself needs (give it its `chunkSize` where
 * it has one). It costs one more forward pass than the batch as a whole would.
 *
 * The result is that of the whole batch, up to rounding, wherever a sample's embedding does not depend on the others of its
 * batch. With batch normalisation in training mode each chunk has its own statistics, and both passes move the running
 * ones. Weights that `loss` uses by itself, such as prototypes or a learnt temperature, get their gradients too.
 *
 * @param options - Views, encoders, loss and size of a chunk.
 * @returns `{value, grads}` for `optimizer.applyGradients(grads)`; the caller disposes both.
 * @throws ShapeError on wrong inputs, a loss that is not a scalar, or a view that gives another chunk the second time;
 * RangeError on bad numbers.
 * @see Gao et al., "Scaling deep contrastive learning batch size under memory limited setup", RepL4NLP 2021,
 * arXiv:2101.06983, section 3.
 * @example
 * ```ts
 * import { dispose, randomNormal, type Tensor2D, train, type Tensor4D } from '@tensorflow/tfjs-core';
 * import { ntXentLoss } from 'selfsup/losses';
 * import { smallConvNet } from 'selfsup/models';
 * import { cachedGradients } from 'selfsup/training';
 * const encoder = smallConvNet({ inputShape: [8, 8, 3], channels: [4] });
 * const [viewA, viewB] = [0, 1].map((seed) => randomNormal<Tensor4D['rankType']>([32, 8, 8, 3], 0, 1, 'float32', seed + 1));
 * const { value, grads } = cachedGradients({
 *   inputs: [viewA, viewB],
 *   encode: (x) => encoder.apply(x) as Tensor2D,
 *   loss: (zA, zB) => ntXentLoss(zA, zB),
 *   chunkSize: 8,
 * });
 * train.sgd(0.1).applyGradients(grads);
 * value.print();
 * dispose([value, grads]);
 * ```
 */
export function cachedGradients<X extends Tensor = Tensor, Z extends Tensor = Tensor2D>(
  options: CachedGradientsOptions<X, Z>,
): ValueAndGradients {
  checkOptions('cachedGradients', options, ['inputs', 'encode', 'loss', 'chunkSize', 'chunks', 'variables']);
  const views = viewsOf(options);
  checkFunction('loss', options.loss);
  checkVariables(options.variables);
  const variables = (options.variables ?? Object.values(engine().registeredVariables)).filter((v) => v.trainable);
  if (variables.length === 0) throw new RangeError('cachedGradients: variables must hold a trainable one, got none.');
  try {
    return tidy(() => ({ ...sumOverChunks(views, options, variables) }));
  } catch (error) {
    throw explainBackendError('cachedGradients', error);
  }
}

/** Value and gradients; called inside a tidy. */
function sumOverChunks<X extends Tensor, Z extends Tensor>(
  views: View<Z>[],
  options: CachedGradientsOptions<X, Z>,
  variables: readonly Variable[],
): ValueAndGradients {
  const cached = views.map(embed);
  const whole = cached.map((chunks) => (chunks.length === 1 ? chunks[0] : concat(chunks)) as Z);
  const { value, grads: slopes } = engine().gradients(
    () => options.loss(...whole),
    [...whole, ...variables],
    undefined,
    true,
  ) as { value: Scalar; grads: (Tensor | undefined)[] };
  checkShapes('cachedGradients', { 'the value of loss': [value, []] });
  const totals = slopes.slice(views.length);
  for (const [i, view] of views.entries()) {
    const rows = (cached[i] as Z[]).map((z) => z.shape);
    for (const z of cached[i] as Z[]) if (z !== whole[i]) z.dispose();
    const slope = slopes[i];
    if (slope) addChunks(totals, view, slope, rows, variables); // none where the loss takes the view for a constant
  }
  return { value, grads: namedGradients(variables, totals) };
}

function checkFunction(name: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new RangeError(`cachedGradients: ${name} must be a function, got ${show(value)}.`);
}

function checkVariables(variables: unknown): void {
  if (variables === undefined) return;
  if (!Array.isArray(variables)) {
    throw new ShapeError(`cachedGradients: variables must be a list of variables, got ${show(variables)}.`);
  }
  for (const [i, variable] of variables.entries()) checkTensor('cachedGradients', `variables[${i}]`, variable);
}

/** One view: its chunks, and what encodes them. */
interface View<Z extends Tensor = Tensor> {
  readonly name: string;
  readonly chunks: number;
  /** The embeddings of a chunk; called inside a tidy. */
  readonly encode: (chunk: number) => Z;
}

function viewsOf<X extends Tensor, Z extends Tensor>(options: CachedGradientsOptions<X, Z>): View<Z>[] {
  const { inputs, encode, chunkSize = 0, chunks = 0 } = options;
  if (!Array.isArray(inputs) || inputs.length === 0) {
    throw new ShapeError(`cachedGradients: inputs must be a list of views, got ${show(inputs)}.`);
  }
  const encoders = Array.isArray(encode) ? encode : inputs.map(() => encode);
  if (encoders.length !== inputs.length) {
    throw new ShapeError(`cachedGradients: encode must have ${inputs.length} functions, got ${encoders.length}.`);
  }
  for (const [i, encoder] of encoders.entries())
    checkFunction(Array.isArray(encode) ? `encode[${i}]` : 'encode', encoder);
  return inputs.map((input: X | ((chunk: number) => X), i) => {
    const name = `inputs[${i}]`;
    const encoder = encoders[i] as (input: X, chunk: number) => Z;
    if (typeof input === 'function') {
      checkIntegers('cachedGradients', { chunks: [chunks, 1] });
      return { name, chunks, encode: (chunk) => encoder(input(chunk), chunk) };
    }
    checkTensor('cachedGradients', name, input);
    const axes = Array.isArray(input?.shape) ? input.shape.slice(1) : [];
    checkShapes('cachedGradients', { [name]: [input, ['batch', ...axes]] });
    checkIntegers('cachedGradients', { chunkSize: [chunkSize, 1] });
    const batch = input.shape[0] as number;
    const rows = (chunk: number): X => {
      const start = chunk * chunkSize;
      return slice(input, [start, ...axes.map(() => 0)], [Math.min(chunkSize, batch - start), ...axes]) as X;
    };
    return { name, chunks: Math.ceil(batch / chunkSize), encode: (chunk) => encoder(rows(chunk), chunk) };
  });
}

/** Embeddings of every chunk of a view, without gradient. */
function embed<Z extends Tensor>({ chunks, encode }: View<Z>): Z[] {
  return Array.from({ length: chunks }, (_, chunk) => tidy(() => encode(chunk)));
}

/** Adds what the chunks of a view contribute to the gradients, given the slope of the loss in its embeddings. */
function addChunks(
  totals: (Tensor | undefined)[],
  view: View,
  slope: Tensor,
  shapes: readonly number[][],
  variables: readonly Variable[],
): void {
  let start = 0;
  for (const [chunk, shape] of shapes.entries()) {
    const zeroAt = shape.slice(1).map(() => 0);
    let second: Tensor | undefined;
    const forward = (): Tensor => {
      second = view.encode(chunk);
      // Of another shape it must not reach the tape, which would leak what it has saved.
      return String(second.shape) === String(shape) ? second : zeros([...shape]);
    };
    const sums = tidy(() => {
      const dy = slice(slope, [start, ...zeroAt], [...shape]);
      const { grads } = engine().gradients(forward, [...variables], dy, true) as { grads: (Tensor | undefined)[] };
      const added = grads.map((gradient, i) => (gradient && totals[i] ? add(totals[i], gradient) : gradient));
      return namedGradients(variables, added);
    });
    const got = (second as unknown as Tensor).shape; // of a tensor that the tape has disposed
    if (String(got) !== String(shape)) {
      throw new ShapeError(
        `cachedGradients: chunk ${chunk} of ${view.name} must have shape [${shape.join(', ')}], got [${got.join(', ')}].`,
      );
    }
    for (const [i, { name }] of variables.entries()) {
      if (sums[name] === undefined) continue;
      totals[i]?.dispose();
      totals[i] = sums[name];
    }
    start += shape[0] as number;
  }
}

function namedGradients(variables: readonly Variable[], totals: readonly (Tensor | undefined)[]): NamedTensorMap {
  const entries = variables.map(({ name }, i) => [name, totals[i]] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, Tensor] => entry[1] !== undefined));
}
