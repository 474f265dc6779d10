import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkModel } from '../internal/checkModel.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { PositionEmbedding } from '../layers/index.js';

/** Options of {@link layerWiseDecay}. */
export interface LayerWiseDecayOptions {
  /** Factor from a layer to the one before it, in (0, 1]. @defaultValue 0.75, as MAE fine-tunes ViT-B; BEiT has 0.65 */
  readonly rate?: number;
}

/**
 * Learning-rate factors that fall towards the input, for fine-tuning: with L layers, layer i (0 at the input) has
 * rate^(L − i), and what stands on top of the model, such as a classifier, has 1. A layer that has no weights of rank 2 or
 * more, such as normalisation, counts with the one before it, and so do positions; a transformer block is one layer; models inside the model
 * are taken apart.
 *
 * @param model - The pretrained model; it is built, and stays the caller's.
 * @param options - Factor from layer to layer.
 * @returns A function of the variable, for `learningRateScale` of `AdamW` and `LARS`.
 * @throws RangeError if the rate is out of range; ShapeError if the model has no weights.
 * @see Bao et al., BEiT, ICLR 2022, arXiv:2106.08254, appendix; He et al., MAE, arXiv:2111.06377, table 9.
 * @example
 * ```ts
 * import { smallConvNet } from 'selfsup/models';
 * import { AdamW, layerWiseDecay } from 'selfsup/training';
 * const encoder = smallConvNet({ channels: [8, 16] });
 * const optimizer = new AdamW({ learningRate: 1e-3, learningRateScale: layerWiseDecay(encoder, { rate: 0.65 }) });
 * optimizer.dispose();
 * ```
 */
export function layerWiseDecay(
  model: LayersModel,
  options: LayerWiseDecayOptions = {},
): (variable: Variable) => number {
  const { rate = 0.75 } = checkOptions('layerWiseDecay', options, ['rate']);
  checkModel('layerWiseDecay', 'model', model);
  checkNumbers('layerWiseDecay', { rate: [rate, Number.MIN_VALUE, 1] });
  const depths = new Map<string, number>();
  let layers = 0;
  for (const layer of flatLayers(model)) {
    const { weights } = layer;
    if (weights.length === 0) continue;
    const deeper = weights.some(({ shape }) => shape.length > 1) && !(layer instanceof PositionEmbedding);
    if (layers === 0 || deeper) layers += 1;
    for (const weight of weights) depths.set((weight.read() as Variable).name, layers - 1);
  }
  if (layers === 0) throw new ShapeError('layerWiseDecay: model must have weights, got none.');
  return ({ name }) => {
    const depth = depths.get(name);
    return depth === undefined ? 1 : rate ** (layers - depth);
  };
}

function flatLayers(model: LayersModel): LayersModel['layers'] {
  return model.layers.flatMap((layer) => ('layers' in layer ? flatLayers(layer as LayersModel) : [layer]));
}
