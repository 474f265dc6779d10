import {
  add,
  concat,
  dispose,
  mul,
  type Scalar,
  type Tensor4D,
  tensor,
  tensor1d,
  tidy,
  train,
  zeros,
} from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { colorCrossEntropyLoss } from 'selfsup/losses';
import { type ColorizationBatch, colorizationTask, colorPrior, decodeColors, gamutBins } from 'selfsup/pretext';
import type { Method } from 'selfsup/training';
import { labToRgb, resize } from 'selfsup/transforms';
import { Failure } from '../failure.js';
import { adam } from './contrastive.js';
import { convEncoder } from './convEncoder.js';
import { mapOf, pixelHead } from './pixelHead.js';
import type { Recipe, RecipeOptions } from './recipe.js';
import { TaskMethod } from './taskMethod.js';

/** Channels of the head's maps. */
const width = 64;
/** Side of a bin of colours: twice the paper's, for small images. */
const gridSize = 20;
/** Every how many pixels a colour is told. */
const stride = 4;

/** The colours of an image from its lightness. The encoder that is kept takes colours, and looks at their lightness alone. */
export async function colorization(options: RecipeOptions): Promise<Recipe> {
  const [height, across, channels] = options.inputShape;
  if (channels !== 3) throw new Failure(`--method colorization: images must have colours, got ${channels} channel`);
  const { encoder: net, encoderKind } = convEncoder({ ...options, inputShape: [height, across, 1] });
  const map = mapOf(net);
  const [, ...from] = map.outputShape as [null, number, number, number];
  const target = [Math.ceil(height / stride), Math.ceil(across / stride)] as const;
  const bins = gamutBins({ gridSize });
  const head = pixelHead({ from, through: [target], channels: width, outputs: bins.length, seed: options.headSeed });
  const images = tidy(() => options.sample());
  const prior = await colorPrior(images, { bins });
  const make = (x: Tensor4D): ColorizationBatch => colorizationTask(x, { bins, stride, prior });
  const tell = (lightness: Tensor4D, training: boolean): Tensor4D =>
    head.apply(map.apply(mul(lightness, 1 / 50), { training }) as Tensor4D, { training }) as Tensor4D;
  const method = new TaskMethod<ColorizationBatch>({
    encoder: onLightness(net, [height, across]),
    head,
    prepare: make,
    loss: ({ inputs, targets, weights }) => colorCrossEntropyLoss(tell(inputs, true), targets, weights),
  });
  const value = await priorError(make(images), prior);
  images.dispose();
  return {
    title: 'Colorization',
    method: method as Method<Tensor4D, unknown>,
    encoderKind: `${encoderKind}, on lightness`,
    optimizer: train.adam(1e-3, 0.9, 0.999, 1e-8),
    learningRate: 2e-3,
    chance: () => value,
    chanceText: 'that of telling every pixel the colours of the whole data set',
    choices: [
      ['task', `${bins.length} bins of colours at every ${stride}th pixel, rare ones weighing more`],
      ['head', `one convolution, ${width} channels`],
      adam,
    ],
    illustrate: (x) => {
      const { inputs, targets, weights } = make(x);
      try {
        const [lightness, painted] = tidy(() => [
          labToRgb(concat([add(inputs, 50), zeros([inputs.shape[0], height, across, 2])], 3) as Tensor4D),
          labToRgb(
            concat(
              [add(inputs, 50), resize(decodeColors(tell(inputs, false), { bins }), [height, across])],
              3,
            ) as Tensor4D,
          ),
        ]) as [Tensor4D, Tensor4D];
        return {
          heading: 'Colours',
          caption:
            'An image, its lightness, which is all that the encoder sees, and the colours that are told from it.',
          names: ['original', 'lightness', 'coloured'],
          stacks: [x.clone(), lightness, painted],
        };
      } finally {
        dispose([inputs, targets, weights]);
      }
    },
  };
}

/** The network behind a fixed layer that turns colours to lightness from -1 to 1. */
function onLightness(net: ReturnType<typeof mapOf>, [height, across]: readonly [number, number]) {
  const colours = input({ shape: [height, across, 3] });
  const lightness = layers.conv2d({ filters: 1, kernelSize: 1, trainable: false, name: 'lightness' });
  const encoder = model({
    inputs: colours,
    outputs: net.apply(lightness.apply(colours) as SymbolicTensor) as SymbolicTensor,
  });
  // Twice the luma of ITU-R BT.601, less 1.
  tidy(() => lightness.setWeights([tensor([0.598, 1.174, 0.228], [1, 1, 3, 1]), tensor1d([-1])]));
  return encoder;
}

/** The loss of telling the same colours everywhere. */
async function priorError({ inputs, targets, weights }: ColorizationBatch, prior: Float32Array): Promise<number> {
  const value: Scalar = tidy(() => {
    const logits = tensor1d(prior.map((p) => Math.log(Math.max(p, 1e-9))));
    const everywhere = add(zeros(targets.shape), logits) as Tensor4D;
    return colorCrossEntropyLoss(everywhere, targets, weights);
  });
  const [number] = await value.data();
  dispose([inputs, targets, weights, value]);
  return number as number;
}
