import type { LayersModel } from '@tensorflow/tfjs-layers';

type Layer = LayersModel['layers'][number];
type Shape = readonly (number | null)[];

/** A layer and where it stands in a model. */
export interface PlacedLayer {
  /** Its name, behind those of the models that it is in. */
  readonly name: string;
  readonly layer: Layer;
  /** Shapes of its inputs and outputs, once for each time that the model runs it. */
  readonly calls: readonly { readonly inputs: readonly Shape[]; readonly outputs: readonly Shape[] }[];
}

/** Layers of a model; models inside are taken apart, as often as they are run. */
export function flatLayers(model: LayersModel, prefix = '', times = 1): PlacedLayer[] {
  return model.layers.flatMap((layer) => {
    const nodes = nodesIn(model, layer);
    const name = `${prefix}${layer.name}`;
    if ('layers' in layer) return flatLayers(layer as LayersModel, `${name}/`, times * nodes.length);
    const own = nodes.map(({ inputShapes, outputShapes }) => ({
      inputs: inputShapes as Shape[],
      outputs: outputShapes as Shape[],
    }));
    return [{ name, layer, calls: Array.from({ length: times }, () => own).flat() }];
  });
}

/** The calls of a layer that belong to this model: others may run it too. tfjs keeps their names, hidden by its types. */
function nodesIn(model: LayersModel, layer: Layer): Layer['inboundNodes'] {
  type Container = { readonly containerNodes: ReadonlySet<string>; readonly model?: Container | null };
  const container = model as unknown as Container;
  const known = (container.model ?? container).containerNodes;
  if (known.size === 0) return layer.inboundNodes.slice(0, 1); // a sequential model that was not run yet
  return layer.inboundNodes.filter((_, i) => known.has(`${layer.name}_ib-${i}`));
}

/** Layers whose weights scale or shift, which is not counted. */
const FREE = new Set([
  'BatchNormalization',
  'Embedding',
  'LayerNormalization',
  'PReLU',
  'SelfsupBatchNorm',
  'SelfsupClassToken',
  'SelfsupLayerNorm',
  'SelfsupPositionEmbedding',
  'SelfsupRestoreTokens',
]);

/** Multiply-adds of a layer for one sample, all its calls together; null for weights of a kind that is not known. */
export function layerMultiplyAdds({ layer, calls }: PlacedLayer): number | null {
  const own = (layer as { multiplyAdds?: unknown }).multiplyAdds;
  let total = 0;
  for (const { inputs, outputs } of calls) {
    const alone = inputs.map((shape) => [1, ...shape.slice(1)]);
    const count =
      typeof own === 'function'
        ? (own.call(layer, alone.length === 1 ? alone[0] : alone) as number)
        : standard(layer, inputs[0] ?? [], outputs[0] ?? []);
    if (count === null) return null;
    total += count;
  }
  return total;
}

function standard(layer: Layer, input: Shape, output: Shape): number | null {
  const kernel = layer.weights.find(({ name }) => /kernel/.test(name))?.shape ?? [];
  const places = (shape: Shape): number => product(shape.slice(1, -1));
  switch (layer.getClassName()) {
    case 'Dense':
      return places(output) * product(kernel);
    case 'Conv1D':
    case 'Conv2D':
    case 'Conv3D':
      return places(channelsLast(layer, output)) * product(kernel);
    case 'Conv2DTranspose':
    case 'Conv3DTranspose':
      return places(channelsLast(layer, input)) * product(kernel);
    case 'DepthwiseConv2D':
      return places(channelsLast(layer, output)) * product(kernel);
    case 'SeparableConv2D': {
      const all = layer.weights.filter(({ name }) => /kernel/.test(name)).map(({ shape }) => product(shape));
      return places(channelsLast(layer, output)) * all.reduce((sum, n) => sum + n, 0);
    }
    default:
      return layer.weights.length === 0 || FREE.has(layer.getClassName()) ? 0 : null;
  }
}

const product = (shape: Shape): number => shape.reduce<number>((size, n) => size * (n ?? 1), 1);

function channelsLast(layer: Layer, shape: Shape): Shape {
  const first = layer.getConfig().dataFormat === 'channelsFirst';
  return first ? [shape[0] as number | null, ...shape.slice(2), shape[1] as number | null] : shape;
}
