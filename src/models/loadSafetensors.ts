import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { oneLine } from '../internal/oneLine.js';
import { checkGrid } from '../layers/gridSize.js';
import type { GridSize } from '../layers/index.js';
import type { ByteSource } from './byteSource.js';
import { gridsOf } from './gridMetadata.js';
import { listed, type ModelWeight, modelWeights } from './modelWeights.js';
import { hasClassRow, isPositions, loadPositions, type PositionsPlan, planPositions } from './positionWeights.js';
import { type OpenSafetensors, openSafetensors } from './readSafetensors.js';
import type { SafetensorsEntry } from './safetensorsHeader.js';
import { joinRows, LAYOUTS, toFloats } from './weightLayouts.js';
import { checkMapping, type WeightMapping } from './weightMapping.js';
import { type FileNames, namesInFile, type WeightSource } from './weightNames.js';

/** Options of {@link loadSafetensors}. */
export interface LoadSafetensorsOptions {
  /** Names and layouts of the file. @defaultValue the model's own, as `saveSafetensors` writes them */
  readonly mapping?: WeightMapping;
  /**
   * Whether every weight must be in the file, and every tensor of the file in the model; parts of the file's model that this one
   * wholly lacks aside. Where false, what is missing keeps its numbers. @defaultValue true
   */
  readonly strict?: boolean;
  /**
   * Grid of the positions in the file, `[rows, columns]` or the side of a square one.
   * @defaultValue that of the mapping, or what the file itself says, as those of `saveSafetensors` do, or a square one
   */
  readonly gridSize?: GridSize;
}

/** What {@link loadSafetensors} has done. */
export interface LoadedWeights {
  /** Names of ours that got numbers of the file. */
  readonly loaded: readonly string[];
  /** Names that the file should have and does not. */
  readonly missing: readonly string[];
  /** Names of the file that the model has no place for. */
  readonly unexpected: readonly string[];
}

/** A weight of the model, and what reads its numbers. */
interface Planned {
  readonly weight: ModelWeight;
  readonly read: () => Promise<Float32Array>;
}

/**
 * Puts weights of a safetensors file into a model: those of `saveSafetensors`, or with a mapping those of another library.
 * Kernels are transposed, queries, keys and values joined, positions resized to the model's grid, where the file's
 * is another one, be it of as many places. Only the tensors that the model
 * has a place for are read, one after the other; names and shapes are checked before the first.
 *
 * @param model - The model, or several that share a file: `[encoder, decoder]` of `maeModel`.
 * @param source - The file: its bytes, a `Blob` or `File`, or an object that reads ranges (`nodeRange` of `selfsup/node`).
 * @param options - Mapping, strictness.
 * @returns What was loaded, what the file lacked, and what it had beyond that.
 * @throws ShapeError that lists the tensors of a wrong shape; Error that lists missing and unexpected names, and if the file is
 * malformed. The model is then as it was, unless reading the source failed midway.
 * @see `maeMapping`, `dinoMapping`, `timmMapping` and `huggingFaceMapping` for files of other libraries.
 * @example
 * ```ts
 * import { loadSafetensors, saveSafetensors, smallConvNet } from 'selfsup/models';
 * const options = { inputShape: [8, 8, 3], channels: [4, 8], strides: [1, 2] } as const;
 * const bytes = await saveSafetensors(smallConvNet({ ...options, seed: 1 }));
 * const model = smallConvNet({ ...options, seed: 2 });
 * const { loaded } = await loadSafetensors(model, new Blob([bytes]));
 * ```
 */
export async function loadSafetensors(
  model: LayersModel | readonly LayersModel[],
  source: ByteSource,
  options: LoadSafetensorsOptions = {},
): Promise<LoadedWeights> {
  const where = 'loadSafetensors';
  const { mapping, strict = true, gridSize } = checkOptions(where, options, ['mapping', 'strict', 'gridSize']);
  checkMapping(where, mapping);
  checkFlags(where, { strict });
  const named = gridSize ?? mapping?.gridSize;
  if (named !== undefined) checkGrid(where, 'gridSize', named);
  const weights = modelWeights(where, model);
  const file = await openSafetensors(where, source);
  const found = namesInFile(where, weights, Array.from(file.header.entries.keys()), mapping);
  const wrong: string[] = [];
  const grids = gridsOf(where, file.header.metadata);
  const grid = (name: string): GridSize | undefined => named ?? grids.get(name);
  const plan = found.sources.map((source) => planned(source, found, file, { mapping, grid, wrong }));
  if (wrong.length > 0) throw new ShapeError(oneLine(`${where}: ${wrong.slice(0, 10).join('; ')}.`));
  const { missing, unexpected } = found;
  if (strict && missing.length + unexpected.length > 0) {
    const lacking = missing.length > 0 ? [`the file lacks ${listed(missing)}`] : [];
    const beyond = unexpected.length > 0 ? [`the model has no place for ${listed(unexpected)}`] : [];
    throw new Error(oneLine(`${where}: ${[...lacking, ...beyond].join('; ')} (strict: false leaves them alone).`));
  }
  for (const { weight, read } of plan) {
    const data = await read();
    tidy(() => {
      weight.variable.write(tensor(data, [...weight.shape]));
    });
  }
  return { loaded: plan.map(({ weight }) => weight.name), missing, unexpected };
}

/** The mapping, what names the grid of a tensor of positions, and a list for what is wrong. */
interface PlanOptions {
  readonly mapping: WeightMapping | undefined;
  readonly grid: (name: string) => GridSize | undefined;
  readonly wrong: string[];
}

/** How a weight is read. What is wrong with its tensors is added to `wrong`. */
function planned(
  source: WeightSource,
  { sources, classRow }: FileNames,
  { header, read }: OpenSafetensors,
  { mapping, grid, wrong }: PlanOptions,
): Planned {
  const { weight, theirs, layout, part } = source;
  const entries = theirs.map((name) => header.entries.get(name) as SafetensorsEntry);
  entries.forEach(({ dtype }, i) => {
    if (!/^(B?F16|F32|F64)$/.test(dtype)) wrong.push(`${theirs[i]} must hold floats, got ${dtype}`);
  });
  const floats = async (): Promise<Float32Array> => {
    const parts: Float32Array[] = [];
    for (const name of theirs) parts.push(toFloats(await read(name)));
    return joinRows(parts);
  };
  const plain = layout === 'same' && isPositions(weight);
  if (layout === 'positions' || plain) {
    const plan = planPositions(weight, {
      shape: entries[0]?.shape ?? [],
      plain,
      classRow,
      gridSize: grid(theirs[0] as string),
      antialias: mapping?.antialias ?? false,
    });
    if (typeof plan === 'string') wrong.push(`${theirs[0]} ${plan}`);
    return { weight, read: async () => loadPositions(await floats(), plan as PositionsPlan) };
  }
  const { shape: fileShape, load } = LAYOUTS[layout === 'class' ? 'token' : layout];
  const shape = fileShape(weight.shape, Number(weight.config.patchSize));
  const piece = shape?.map((size, axis) => (axis === 0 ? size / theirs.length : size));
  entries.forEach((entry, i) => {
    if (piece !== undefined && piece.length === entry.shape.length && String(piece) === String(entry.shape)) return;
    const wanted = piece === undefined ? `of layout '${layout}'` : `[${piece.join(', ')}]`;
    wrong.push(`${theirs[i]} must have shape ${wanted} for ${weight.name}, got [${entry.shape.join(', ')}]`);
  });
  const own = async (): Promise<Float32Array> => load(await floats(), shape as number[]);
  const positions = sources.find((other) => other.layout === 'positions' && other.part === part);
  if (layout !== 'class' || !classRow || positions === undefined || hasClassRow(positions.weight)) {
    return { weight, read: own };
  }
  // The file adds its first row of positions to the class token; a model without one has the sum as its token.
  const sum = async (): Promise<Float32Array> => {
    const row = toFloats(await read(positions.theirs[0] as string));
    return (await own()).map((x, i) => x + (row[i] as number));
  };
  return { weight, read: sum };
}
