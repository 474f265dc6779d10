import { readFile, realpath } from 'node:fs/promises';
import { isAbsolute, join, sep, win32 } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import { show } from '../internal/checks.js';
import { parseJson } from '../models/parseJson.js';
import { topologyFault } from './checkTopology.js';
import { fault, fileError, firstLine } from './fault.js';
import { checkRegular } from './paths.js';

/** How deep the JSON of a model may be nested. */
const DEEPEST = 500;

/** Bytes of a number; of texts the specs do not tell. */
const BYTES: Readonly<Record<string, number>> = {
  ...{ float32: 4, int32: 4, bool: 1, complex64: 8, uint8: 1, uint16: 2, float16: 2 },
};
const DTYPES = ['float32', 'int32', 'bool', 'complex64', 'string'];

/** Reads the model of a folder; what tfjs would stumble over is an error that names the file. */
export async function loadModel(folder: string): Promise<io.ModelArtifacts> {
  const path = join(folder, 'model.json');
  await checkRegular('nodeFile', path);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw fileError('nodeFile', path, error);
  }
  let json: io.ModelJSON;
  try {
    json = parseJson(text, DEEPEST) as io.ModelJSON;
    if (typeof json?.modelTopology !== 'object' || json.modelTopology === null || !Array.isArray(json.weightsManifest))
      throw new Error('its fields are missing');
  } catch (error) {
    throw fault('nodeFile', `expected a tfjs model (${firstLine((error as Error).message)})`, path);
  }
  const wrong = topologyFault(json.modelTopology) ?? manifestFault(json.weightsManifest);
  if (wrong !== null) throw fault('nodeFile', wrong, path);
  return io.getModelArtifactsForJSON(json, async (manifest) => {
    const specs = manifest.flatMap((group) => group.weights);
    const buffers: ArrayBuffer[] = [];
    for (const file of manifest.flatMap((group) => group.paths)) buffers.push(await readWeights(folder, file));
    const data = io.CompositeArrayBuffer.join(buffers);
    const wanted = specs.reduce((sum, { shape, dtype, quantization }) => {
      return sum + shape.reduce((product, n) => product * n, 1) * (BYTES[quantization?.dtype ?? dtype] ?? 0);
    }, 0);
    const texts = specs.some(({ dtype }) => dtype === 'string');
    if (texts ? data.byteLength < wanted : data.byteLength !== wanted) {
      throw fault('nodeFile', `expected ${wanted} bytes of weights, got ${data.byteLength}`, folder);
    }
    return [specs, data];
  });
}

/** A weight file, which must lie inside the folder, links resolved. */
async function readWeights(folder: string, file: string): Promise<ArrayBuffer> {
  const parts = file.split('/');
  const odd = parts.some((part) => part === '..' || part === '') || /[\\\0]/.test(file) || /^[a-z]+:/i.test(file);
  const path = join(folder, file);
  const outside = (): Error => fault('nodeFile', `weights must lie inside of ${folder}, got`, file);
  if (odd || isAbsolute(file) || win32.isAbsolute(file)) throw outside();
  await checkRegular('nodeFile', path);
  try {
    const [root, real] = [await realpath(folder), await realpath(path)];
    if (!real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) throw outside();
    const bytes = await readFile(real);
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === undefined ? error : fileError('nodeFile', path, error);
  }
}

/** What is wrong with a list of weights, or null. */
function manifestFault(manifest: readonly unknown[]): string | null {
  const seen = new Set<string>();
  for (const group of manifest) {
    const { paths, weights } = (group ?? {}) as { readonly paths?: unknown; readonly weights?: unknown };
    if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string') || !Array.isArray(weights)) {
      return `weightsManifest must hold paths and weights, got ${show(group)}`;
    }
    for (const spec of weights) {
      const { name, shape, dtype, quantization } = (spec ?? {}) as Record<string, unknown>;
      if (typeof name !== 'string') return `every weight must have a name, got ${show(spec)}`;
      if (seen.has(name)) return `every weight must have a name of its own, got ${show(name)} twice`;
      seen.add(name);
      if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
        return `weight ${show(name)} must have a shape of integers >= 0, got ${show(shape)}`;
      }
      if (!DTYPES.includes(dtype as string)) {
        return `weight ${show(name)} must have a dtype of ${DTYPES.join(', ')}, got ${show(dtype)}`;
      }
      if (quantization !== undefined && !isQuantization(quantization)) {
        return `weight ${show(name)} must have a quantization of uint8, uint16 or float16, got ${show(quantization)}`;
      }
    }
  }
  return null;
}

function isQuantization(value: unknown): boolean {
  const { dtype, scale, min } = (value ?? {}) as Record<string, unknown>;
  return dtype === 'float16' || ((dtype === 'uint8' || dtype === 'uint16') && [scale, min].every(Number.isFinite));
}
