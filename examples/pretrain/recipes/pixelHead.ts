import { type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { initializers, input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { ChannelwiseDense } from 'selfsup/layers';
import { foldIn, integers, type Seed } from 'selfsup/random';

/** The encoder up to its last map, sharing its layers: what comes before the average over places. */
export function mapOf(encoder: LayersModel): LayersModel {
  const pooling = encoder.layers.at(-1);
  return model({ inputs: encoder.inputs, outputs: pooling?.input as SymbolicTensor });
}

/** Heights and widths of the maps of an encoder, from the image down to the last, each once. */
export function sidesOf(encoder: LayersModel): [number, number][] {
  const sides = encoder.layers
    .map((layer) => layer.outputShape as (number | null)[])
    .filter((shape) => shape.length === 4)
    .map((shape) => [shape[1], shape[2]] as [number, number]);
  return sides.filter(([h, w], i) => h !== sides[i - 1]?.[0] || w !== sides[i - 1]?.[1]);
}

/** Options of {@link pixelHead}. */
export interface PixelHeadOptions {
  /** Height, width and channels of the encoder's last map. */
  readonly from: readonly [number, number, number];
  /** Heights and widths to grow through, the last one that of the result. */
  readonly through: readonly (readonly [number, number])[];
  /** Channels of the hidden maps. */
  readonly channels: number;
  /** Channels of the result. */
  readonly outputs: number;
  /** Whether every place is first told of every other. */
  readonly spread?: boolean;
  /** What is answered everywhere at first, a number for each channel; unset: what random weights give. */
  readonly start?: readonly number[];
  readonly seed: Seed;
}

/** From a map to a larger one: resized and convolved, step by step. */
export function pixelHead({ from, through, channels, outputs, spread, start, seed }: PixelHeadOptions): LayersModel {
  const initializer = (i: number) => initializers.heNormal({ seed: integers(foldIn(seed, i), { max: 2 ** 31 }) });
  const map = input({ shape: [...from] });
  let x: SymbolicTensor = map;
  if (spread) {
    const everywhere = new ChannelwiseDense({ useBias: false, seed: foldIn(seed, through.length + 1) });
    x = normalized(everywhere.apply(x) as SymbolicTensor);
  }
  for (const [i, [height, width]] of through.entries()) {
    x = grown(x, height, width);
    const settings = { filters: channels, kernelSize: 3, padding: 'same', useBias: false } as const;
    x = normalized(layers.conv2d({ ...settings, kernelInitializer: initializer(i) }).apply(x) as SymbolicTensor);
  }
  const kernelInitializer = start ? initializers.zeros() : initializer(through.length);
  const last = layers.conv2d({ filters: outputs, kernelSize: 1, kernelInitializer });
  const head = model({ inputs: map, outputs: last.apply(x) as SymbolicTensor });
  if (start) tidy(() => last.setWeights([last.getWeights()[0] as Tensor, tensor1d([...start])]));
  return head;
}

function normalized(x: SymbolicTensor): SymbolicTensor {
  const y = layers.batchNormalization({ epsilon: 1e-5, momentum: 0.9 }).apply(x);
  return layers.reLU().apply(y) as SymbolicTensor;
}

/** Repeats pixels, and cuts off what is too much. */
function grown(x: SymbolicTensor, height: number, width: number): SymbolicTensor {
  const [, rows, columns] = x.shape as [null, number, number, number];
  const [down, across] = [Math.ceil(height / rows), Math.ceil(width / columns)];
  const larger = layers.upSampling2d({ size: [down, across] }).apply(x) as SymbolicTensor;
  const cropping: [[number, number], [number, number]] = [
    [0, down * rows - height],
    [0, across * columns - width],
  ];
  return layers.cropping2D({ cropping }).apply(larger) as SymbolicTensor;
}
