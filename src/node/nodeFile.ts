import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import { show } from '../internal/checks.js';
import { fault, fileError } from './fault.js';
import { asideOf, baseOfAside, makeFolders, removeStale, writeAtomically } from './files.js';
import { loadModel } from './loadModel.js';
import { exists, toPath } from './paths.js';

/**
 * Saves and loads tfjs models in a folder without tfjs-node: `model.json` and `weights.bin`, the files that
 * `loadLayersModel` also opens over http in a browser. (`file://` paths are tfjs-node's; without it they are unknown to tfjs.)
 *
 * Whoever reads `model.json` finds the weights that belong to it at any moment, a crash in the middle included: other weights
 * than those that stand there get a file of a new name, `model.json` is renamed into place after it, and then the old weights
 * go. What saves that were killed have left goes with the next one.
 *
 * A model is checked before tfjs builds it: its weights must lie inside the folder and have the sizes that `model.json` names, and
 * every layer's inputs must be there, for which tfjs would wait for ever.
 *
 * @param folder - The folder, a path or a `file:` URL; it is made when something is saved. The path of its model.json will do too.
 * @returns A handler for `model.save` and `loadLayersModel`. It throws Errors that name the file.
 * @throws RangeError if `folder` is none.
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
export function nodeFile(folder: string | URL): io.IOHandler {
  const path = toPath('nodeFile', 'folder', folder);
  const root = basename(path) === 'model.json' ? dirname(path) : path;
  return {
    save: (artifacts) => {
      const saved = (running.get(root) ?? Promise.resolve()).then(() => save(root, artifacts));
      const settled = saved.then(
        () => undefined,
        () => undefined,
      );
      running.set(root, settled);
      settled.then(() => running.get(root) === settled && running.delete(root));
      return saved;
    },
    load: () => loadModel(root),
  };
}

/** Saves of this process by folder: they run one after the other. */
const running = new Map<string, Promise<void>>();

const OWN = /^weights(-[0-9a-f]{12})?\.bin$/;

async function save(folder: string, artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
  const topology: unknown = artifacts?.modelTopology;
  if (typeof topology !== 'object' || topology === null || topology instanceof ArrayBuffer) {
    throw fault('nodeFile', `expected a model with a JSON topology, got ${show(topology)}`, folder);
  }
  const weights = new Uint8Array(io.CompositeArrayBuffer.join(artifacts.weightData ?? new ArrayBuffer(0)));
  const specs = artifacts.weightSpecs ?? [];
  const before = await weightFiles(folder);
  const { name, kept } = await nameFor(folder, before, weights, specs);
  const json = {
    format: artifacts.format ?? 'layers-model',
    generatedBy: artifacts.generatedBy ?? null,
    convertedBy: artifacts.convertedBy ?? null,
    modelTopology: topology,
    ...(artifacts.trainingConfig && { trainingConfig: artifacts.trainingConfig }),
    ...(artifacts.userDefinedMetadata && { userDefinedMetadata: artifacts.userDefinedMetadata }),
    ...(artifacts.signature && { signature: artifacts.signature }),
    weightsManifest: [{ paths: [name], weights: specs }],
  };
  const write = async (): Promise<void> => writeAtomically('nodeFile', join(folder, name), [weights]);
  // Until model.json names them, this keeps other processes from taking the new weights for what a killed one has left.
  const inUse = asideOf(join(folder, name));
  try {
    try {
      await makeFolders(folder);
      await writeFile(inUse, '');
    } catch (error) {
      throw fileError('nodeFile', folder, error);
    }
    if (!kept) await write();
    await writeAtomically('nodeFile', join(folder, 'model.json'), [new TextEncoder().encode(JSON.stringify(json))]);
    if (!(await exists(join(folder, name)))) await write(); // another process saved other weights in between
  } finally {
    await rm(inUse, { force: true }).catch(() => undefined);
  }
  await removeUnused(folder, before.names);
  return {
    modelArtifactsInfo: {
      dateSaved: new Date(),
      modelTopologyType: 'JSON',
      modelTopologyBytes: JSON.stringify(topology).length,
      weightSpecsBytes: JSON.stringify(specs).length,
      weightDataBytes: weights.length,
    },
  };
}

/** The weight files that the model.json there names; none where there is none, or one that can't be read. */
async function weightFiles(folder: string): Promise<{ readonly found: boolean; readonly names: readonly string[] }> {
  let text: string;
  try {
    text = await readFile(join(folder, 'model.json'), 'utf8');
  } catch (error) {
    return { found: (error as NodeJS.ErrnoException).code !== 'ENOENT', names: [] };
  }
  try {
    const { weightsManifest } = JSON.parse(text) as io.ModelJSON;
    return { found: true, names: weightsManifest.flatMap(({ paths }) => paths).filter((x) => typeof x === 'string') };
  } catch {
    return { found: true, names: [] };
  }
}

/** The name that stands there, if the weights are those; `weights.bin` in a new folder; else a new one, made of the contents. */
async function nameFor(
  folder: string,
  { found, names }: Awaited<ReturnType<typeof weightFiles>>,
  weights: Uint8Array,
  specs: unknown,
): Promise<{ readonly name: string; readonly kept: boolean }> {
  const [first] = names;
  if (!found) return { name: 'weights.bin', kept: false };
  if (first !== undefined && names.length === 1 && OWN.test(first)) {
    const there = await readFile(join(folder, first)).catch(() => null);
    if (there?.equals(weights)) return { name: first, kept: true };
  }
  const hash = createHash('sha256').update(weights).update(JSON.stringify(specs)).digest('hex').slice(0, 12);
  return { name: `weights-${hash}.bin`, kept: false };
}

/**
 * Removes the weights that stood there before and what killed saves have left: what model.json does not name and no process is
 * about to name. The folder is listed before model.json is read, so that what has lost its mark in the list is named there.
 */
async function removeUnused(folder: string, before: readonly string[]): Promise<void> {
  await removeStale(folder, (name) => name === 'model.json' || OWN.test(name));
  const names = await readdir(folder).catch(() => []);
  const { names: used } = await weightFiles(folder);
  const marked = new Set(names.map(baseOfAside));
  for (const name of names) {
    const old = /^weights-/.test(name) || before.includes(name);
    if (!OWN.test(name) || !old || used.includes(name) || marked.has(name)) continue;
    await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}
