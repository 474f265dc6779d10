import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice } from '../internal/checks.js';
import { withGrids } from './gridMetadata.js';
import { type ModelWeight, modelWeights } from './modelWeights.js';
import { hasClassRow } from './positionWeights.js';
import { LAYOUTS } from './weightLayouts.js';
import { checkMapping, type WeightMapping } from './weightMapping.js';
import { namesToWrite, type WeightSource } from './weightNames.js';
import { type TensorToWrite, writeSafetensors } from './writeSafetensors.js';

/** Options of {@link saveSafetensors}. */
export interface SaveSafetensorsOptions {
  /** Names and layouts of the file. @defaultValue the model's own */
  readonly mapping?: WeightMapping;
  /** Type of the numbers; the 16-bit ones are rounded to the nearest. @defaultValue 'F32' */
  readonly dtype?: 'F32' | 'F16' | 'BF16';
  /** Texts for the header. @defaultValue `{ format: 'pt' }` with a mapping, as Hugging Face's loaders want it, else none */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes the weights of a model as a safetensors file, moving statistics included: under the names of their layers, or with a
 * mapping as another library names and lays them out. `loadSafetensors` with the same mapping takes it back.
 *
 * Metadata `selfsup.grids` name the grid of positions, with a mapping only where it isn't square, so that they are resized
 * when a model of another grid takes them.
 *
 * A layer that has no name of its own goes by its kind and number in the model: `conv2d_0/kernel`.
 *
 * @param model - The model, or several that go into one file: `[encoder, decoder]` of `maeModel`.
 * @param options - Mapping, type, metadata.
 * @returns The bytes of the file.
 * @throws Error that lists the weights that the mapping has no names for, or names that are not unique; RangeError on an unknown
 * type.
 * @example
 * ```ts
 * import { saveSafetensors, timmMapping, vit } from 'selfsup/models';
 * const model = vit({ size: 8, patchSize: 4, dim: 16, depth: 1, heads: 2 });
 * const bytes = await saveSafetensors(model, { mapping: timmMapping() });
 * // In Python: timm_model.load_state_dict(safetensors.torch.load(open(path, 'rb').read()))
 * ```
 */
export async function saveSafetensors(
  model: LayersModel | readonly LayersModel[],
  options: SaveSafetensorsOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const where = 'saveSafetensors';
  const { mapping, dtype = 'F32' } = checkOptions(where, options, ['mapping', 'dtype', 'metadata']);
  const { metadata = mapping ? { format: 'pt' } : undefined } = options;
  checkMapping(where, mapping);
  checkChoice(where, 'dtype', dtype, ['F32', 'F16', 'BF16']);
  const sources = namesToWrite(where, modelWeights(where, model), mapping);
  const tensors: [string, TensorToWrite][] = [];
  for (const source of sources) {
    const data = Float32Array.from(await read(source.weight));
    for (const [name, piece] of pieces(source, data, sources)) tensors.push([name, { ...piece, dtype }]);
  }
  const all = withGrids(metadata, sources, mapping !== undefined);
  return writeSafetensors(Object.fromEntries(tensors), all === undefined ? {} : { metadata: all });
}

function read({ variable }: ModelWeight): Promise<Float32Array> {
  return variable.read().data<'float32'>();
}

/** A weight as tensors of the file. */
function pieces(
  { weight, theirs, layout, part }: WeightSource,
  data: Float32Array,
  sources: readonly WeightSource[],
): [string, TensorToWrite & { data: Float32Array }][] {
  const [name = ''] = theirs;
  if (layout === 'positions') {
    const [tokens = 0, dim = 0] = weight.shape;
    const bare = !hasClassRow(weight) && sources.some((other) => other.layout === 'class' && other.part === part);
    const all = new Float32Array(data.length + (bare ? dim : 0));
    all.set(data, bare ? dim : 0); // a class token without a position has the position 0
    return [[name, { shape: [1, tokens + (bare ? 1 : 0), dim], data: all }]];
  }
  const { shape: fileShape, save } = LAYOUTS[layout === 'class' ? 'token' : layout];
  const shape = fileShape(weight.shape, Number(weight.config.patchSize)) ?? [];
  const own = save(data, shape);
  const size = own.length / theirs.length;
  const piece = shape.map((length, axis) => (axis === 0 ? length / theirs.length : length));
  return theirs.map((text, i) => [text, { shape: piece, data: own.slice(i * size, (i + 1) * size) }]);
}
