import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, show } from '../internal/checks.js';
import { labelsOf } from '../internal/classNames.js';
import { RangeError } from '../internal/errors.js';
import type { Seed } from '../random/index.js';
import { type FeatureProbe, type FeatureProbeResult, featureProbe, featureProbes } from './featureProbe.js';
import { type ProbeData, type ProbeOptions, resolveProbe, splitArguments } from './probeData.js';

/** Options of {@link layerwiseProbe}. */
export interface LayerwiseProbeOptions extends Omit<ProbeOptions, 'layer'> {
  /** Names of the layers, `model.layers` has them. @defaultValue all layers that have weights */
  readonly layers?: readonly string[];
  /** What is fitted to the features, with its defaults. @defaultValue 'linear' */
  readonly probe?: FeatureProbe;
}

/** Which layer a result is of. */
export interface LayerName {
  /** Its name. */
  readonly layer: string;
}

/** Result of {@link layerwiseProbe}: plain JSON. */
export interface LayerwiseProbeResult {
  /** Always `'layerwise'`. */
  readonly probe: 'layerwise';
  /** One result for each layer, in the order asked for. */
  readonly layers: (LayerName & FeatureProbeResult)[];
}

/**
 * Where in a network the classes are: a probe of each layer's output. Pretext tasks often make the last layers their own,
 * and a middle one serves better. Choosing the best layer by these numbers is choosing on the test part: hold out another.
 *
 * @param encoder - A model of the functional kind; layers inside a model inside it have no name here.
 * @param data - Its inputs and their classes: training part and test part.
 * @param seed - For every layer the same held-out part and bootstrap.
 * @param options - Layers, and how their outputs become vectors. The encoder runs once for each layer.
 * @returns A result for each layer.
 * @throws ShapeError, RangeError on wrong shapes, labels or options, on an unknown layer, and where a feature is not finite.
 * @see Alain and Bengio, "Understanding intermediate layers using linear classifier probes", arXiv:1610.01644; Zhang et
 * al., "Colorful Image Colorization", arXiv:1603.08511, section 3.2 (maps averaged to vectors here).
 * @example
 * ```ts
 * import { smallConvNet } from 'selfsup/models';
 * import { layerwiseProbe } from 'selfsup/probes';
 *
 * const encoder = smallConvNet({ inputShape: [8, 8, 3], channels: [4, 8] });
 * const part = {
 *   x: { data: new Uint8Array(8 * 192).map((_, i) => (Math.floor(i / 192) % 2) * 120 + (i % 97)), shape: [8, 8, 8, 3] },
 *   labels: [0, 1, 0, 1, 0, 1, 0, 1],
 * };
 * const names = encoder.layers.slice(1, 4).map(({ name }) => name);
 * const { layers } = await layerwiseProbe(encoder, { train: part, test: part }, 1, { layers: names, probe: 'ridge' });
 * console.log(layers.map(({ layer, accuracy }) => [layer, accuracy]));
 * ```
 */
export async function layerwiseProbe(
  encoder: LayersModel,
  data: ProbeData,
  seed: Seed,
  options: LayerwiseProbeOptions = {},
): Promise<LayerwiseProbeResult> {
  const where = 'layerwiseProbe';
  checkOptions(where, options, ['batchSize', 'pool', 'range', 'classes', 'layers', 'probe']);
  const { layers: wanted, probe = 'linear', ...rest } = options;
  checkChoice(where, 'probe', probe, featureProbes);
  splitArguments(where, [encoder, data, seed, rest]);
  const known = encoder.layers.map(({ name }) => name);
  const names = wanted ?? encoder.layers.filter(({ weights }) => weights.length > 0).map(({ name }) => name);
  if (names.length === 0) throw new RangeError(`${where}: layers must name at least one, got [].`);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new RangeError(`${where}: layers must be among ${known.join(', ')}, got ${show(name)}.`);
  }
  const layers: LayerwiseProbeResult['layers'] = [];
  for (const layer of names) {
    const {
      train,
      test,
      classes,
      names,
      seed: key,
    } = await resolveProbe(where, [encoder, data, seed, { ...rest, layer }]);
    const found = await featureProbe(probe, train, test, names.length, key);
    layers.push({ layer, ...found, classes, predictions: labelsOf(found.predictions, names) });
  }
  return { probe: 'layerwise', layers };
}
