import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import { fileError, firstLine } from './fault.js';
import { writeAtomically } from './files.js';

/**
 * Saves and loads tfjs models in a folder without tfjs-node: `model.json` and `weights.bin`, the files that
 * `loadLayersModel` also opens over http in a browser.
 *
 * Whoever reads `model.json` finds the weights that belong to it at any moment, a crash in the middle included: weights
 * are written first, each file is renamed into place whole, and a model of other weights (names, shapes) than the one
 * that stands there gets a weight file of a new name.
 *
 * @param folder - The folder; it is made when something is saved. Loading takes the path of its model.json too.
 * @returns A handler for `model.save` and `loadLayersModel`. It throws Errors that name the file.
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
 * import { nodeFile } from 'selfsup/node';
 *
 * const folder = join(await mkdtemp(join(tmpdir(), 'model-')), 'encoder');
 * const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
 * await model.save(nodeFile(folder));
 * const same = await loadLayersModel(nodeFile(folder));
 * ```
 */
export function nodeFile(folder: string): io.IOHandler {
  const root = basename(folder) === 'model.json' ? join(folder, '..') : folder;
  return { save: (artifacts) => save(root, artifacts), load: () => load(root) };
}

async function save(folder: string, artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
  if (typeof artifacts.modelTopology !== 'object' || artifacts.modelTopology instanceof ArrayBuffer) {
    throw new Error(`nodeFile: expected a model with a JSON topology: ${folder}`);
  }
  const weights = new Uint8Array(io.CompositeArrayBuffer.join(artifacts.weightData ?? new ArrayBuffer(0)));
  const specs = artifacts.weightSpecs ?? [];
  const before = await currentManifest(folder);
  const fits = before === null || JSON.stringify(before.specs) === JSON.stringify(specs);
  const hash = createHash('sha256').update(weights).update(JSON.stringify(specs)).digest('hex').slice(0, 12);
  const name = !fits ? `weights-${hash}.bin` : (before?.path ?? 'weights.bin');
  const json = {
    format: artifacts.format ?? 'layers-model',
    generatedBy: artifacts.generatedBy ?? null,
    convertedBy: artifacts.convertedBy ?? null,
    modelTopology: artifacts.modelTopology,
    ...(artifacts.trainingConfig && { trainingConfig: artifacts.trainingConfig }),
    ...(artifacts.userDefinedMetadata && { userDefinedMetadata: artifacts.userDefinedMetadata }),
    ...(artifacts.signature && { signature: artifacts.signature }),
    weightsManifest: [{ paths: [name], weights: specs }],
  };
  await writeAtomically('nodeFile', join(folder, name), [weights]);
  await writeAtomically('nodeFile', join(folder, 'model.json'), [new TextEncoder().encode(JSON.stringify(json))]);
  if (before !== null && before.path !== name) await rm(join(folder, before.path), { force: true });
  return {
    modelArtifactsInfo: {
      dateSaved: new Date(),
      modelTopologyType: 'JSON',
      modelTopologyBytes: JSON.stringify(artifacts.modelTopology).length,
      weightSpecsBytes: JSON.stringify(specs).length,
      weightDataBytes: weights.length,
    },
  };
}

/** What the model.json that stands there says about its one weight file; null without one, or where it is not ours. */
async function currentManifest(folder: string): Promise<{ path: string; specs: unknown } | null> {
  try {
    const json = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as io.ModelJSON;
    const [group] = json.weightsManifest;
    const [path] = group?.paths ?? [];
    const own = path !== undefined && /^weights(-[0-9a-f]{12})?\.bin$/.test(path);
    return own ? { path, specs: group?.weights } : null;
  } catch {
    return null;
  }
}

async function load(folder: string): Promise<io.ModelArtifacts> {
  const path = join(folder, 'model.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw fileError('nodeFile', path, error);
  }
  let json: io.ModelJSON;
  try {
    json = JSON.parse(text) as io.ModelJSON;
    if (json.modelTopology === undefined || !Array.isArray(json.weightsManifest))
      throw new Error('its fields are missing');
  } catch (error) {
    throw new Error(`nodeFile: expected a tfjs model (${firstLine((error as Error).message)}): ${path}`);
  }
  return io.getModelArtifactsForJSON(json, async (manifest) => {
    const specs = manifest.flatMap((group) => group.weights);
    const buffers: ArrayBuffer[] = [];
    for (const file of manifest.flatMap((group) => group.paths)) {
      try {
        const bytes = await readFile(join(folder, file));
        buffers.push(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer);
      } catch (error) {
        throw fileError('nodeFile', join(folder, file), error);
      }
    }
    const data = io.CompositeArrayBuffer.join(buffers);
    const wanted = specs.reduce((sum, { shape, dtype, quantization }) => {
      const type = quantization?.dtype ?? dtype;
      const bytes = type === 'bool' || type === 'uint8' ? 1 : type === 'uint16' || type === 'float16' ? 2 : 4;
      return sum + shape.reduce((product, n) => product * n, 1) * bytes;
    }, 0);
    if (data.byteLength !== wanted && !specs.some((spec) => spec.dtype === 'string' || spec.dtype === 'complex64')) {
      throw new Error(`nodeFile: expected ${wanted} bytes of weights, got ${data.byteLength}: ${folder}`);
    }
    return [specs, data];
  });
}
