import { sub, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Adapters } from '../adapter.js';

/** Rows of the group 'pretext'. */
export const pretext: Adapters = {
  patchify: {
    outputs: ({ lib, inputs, params: { patchSize } }) => ({
      patches: lib.pretext.patchify(inputs.images as Tensor4D, patchSize),
    }),
  },
  maeRandomMasking: {
    outputs: ({ lib, inputs, params: { maskRatio: ratio } }) => ({
      ...lib.pretext.maskTokens(inputs.x as Tensor3D, inputs.noise as Tensor2D, { ratio }),
    }),
  },
  sinCosPosEmbed2d: {
    outputs: ({ lib, params: { embedDim: dim, gridSize, clsToken: classToken } }) => ({
      embedding: lib.layers.sineCosinePositions({ dim, gridSize, classToken }),
    }),
  },
  rgbToLab: { outputs: ({ lib, inputs }) => ({ lab: lib.transforms.rgbToLab(inputs.rgb as Tensor4D) }) },
  labToRgb: { outputs: ({ lib, inputs }) => ({ rgb: lib.transforms.labToRgb(inputs.lab as Tensor4D) }) },
  colorBinEncode: {
    outputs: ({ lib, inputs, params: { neighbors, sigma } }) => {
      const bins = inputs.bins as Tensor2D;
      return { encoded: lib.pretext.encodeColors(inputs.ab as Tensor4D, { bins, neighbors, sigma }) };
    },
  },
  annealedMeanDecode: {
    outputs: ({ lib, inputs, params: { T: temperature } }) => {
      const bins = inputs.bins as Tensor2D;
      return { ab: lib.pretext.decodeColors(inputs.logits as Tensor4D, { bins, temperature }) };
    },
  },
  colorClassWeights: {
    outputs: ({ lib, inputs, params: { lambda } }) => ({
      weights: lib.pretext.colorWeights(inputs.prior as Tensor1D, { lambda }),
    }),
  },
  tileNormalize: {
    outputs: ({ lib, inputs }) => ({ normalized: lib.transforms.standardize(inputs.tiles as Tensor4D) }),
  },
  sobelMagnitude: {
    outputs: ({ lib, inputs, params: { variant } }) => ({
      magnitude: lib.transforms.sobel(inputs.images as Tensor4D, { variant }),
    }),
  },
  contourLabels: {
    outputs: ({ lib, inputs, params: { mode } }) => ({
      boundary: lib.pretext.boundaries(inputs.labels as Tensor3D, { mode }),
    }),
  },
  morphology: {
    outputs: ({ lib, inputs }) => {
      const x = inputs.images as Tensor4D;
      const [dilation, erosion] = [lib.transforms.dilate(x), lib.transforms.erode(x)];
      return { dilation, erosion, gradient: sub(dilation, erosion) };
    },
  },
  rotate90: {
    outputs: ({ lib, inputs }) =>
      Object.fromEntries([0, 1, 2, 3].map((k) => [`k${k}`, lib.transforms.rotate90(inputs.images as Tensor4D, k)])),
  },
};
