import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Adapter, AdapterCall, Adapters } from '../adapter.js';

/** An op that maps the input `images` to the output `images`. */
function onImages(
  call: (lib: AdapterCall['lib']['transforms'], x: Tensor4D, params: AdapterCall['params']) => Tensor,
): Adapter {
  return {
    outputs: ({ lib, inputs, params }) => ({ images: call(lib.transforms, inputs.images as Tensor4D, params) }),
  };
}

const ADJUSTMENTS = ['brightness', 'contrast', 'saturation', 'hue'];

/** Rows of the group 'transforms'. */
export const transforms: Adapters = {
  affine: onImages((t, x, { angle, translate, scale, shear }) => t.affine(x, { angle, translate, scale, shear })),
  rotate: onImages((t, x, { angle }) => t.rotate(x, angle)),
  adjustBrightness: onImages((t, x, { factor }) => t.adjustBrightness(x, factor)),
  adjustContrast: onImages((t, x, { factor }) => t.adjustContrast(x, factor)),
  adjustSaturation: onImages((t, x, { factor }) => t.adjustSaturation(x, factor)),
  adjustHue: onImages((t, x, { factor }) => t.adjustHue(x, factor)),
  colorJitter: onImages((t, x, { order, brightness, contrast, saturation, hue }) => {
    const each = <T>(value: T): T[] => new Array<T>(x.shape[0]).fill(value);
    return t.colorJitter().apply(x, {
      order: each(order.map((name: string) => ADJUSTMENTS.indexOf(name))),
      brightness: each(brightness),
      contrast: each(contrast),
      saturation: each(saturation),
      hue: each(hue),
    });
  }),
  gaussianBlur: onImages((t, x, { kernelSize, sigma }) => t.gaussianBlur(x, { kernelSize, sigma: [sigma] })),
  horizontalFlip: onImages((t, x) => t.flipLeftRight(x)),
  verticalFlip: onImages((t, x) => t.flipUpDown(x)),
  invert: onImages((t, x) => t.invert(x)),
  normalizeImage: onImages((t, x, { mean, std }) => t.normalize(x, { mean, std })),
  resizeBilinear: onImages((t, x, { size }) => t.resize(x, size)),
  resizedCrop: onImages((t, x, { box, size }) => t.resizedCrop(x, new Array(x.shape[0]).fill(box), size)),
  rgbToGrayscale: onImages((t, x, { outputChannels }) => t.rgbToGrayscale(x, { channels: outputChannels })),
  solarize: onImages((t, x, { threshold }) => t.solarize(x, threshold)),
  posterize: onImages((t, x, { bits }) => t.posterize(x, bits)),
  autocontrast: onImages((t, x) => t.autocontrast(x)),
  equalize: onImages((t, x) => t.equalize(x)),
  adjustSharpness: onImages((t, x, { factor }) => t.adjustSharpness(x, factor)),
  erase: onImages((t, x, { box, value }) => t.erase(x, box, value)),
  mixup: {
    outputs: async ({ lib, inputs, params: { lambda } }) => {
      const permutation = await (inputs.permutation as Tensor).data();
      const mix = (x: Tensor): Tensor => lib.transforms.mixup(x, permutation, lambda);
      return { images: mix(inputs.images as Tensor), labels: mix(inputs.labels as Tensor) };
    },
  },
  cutmix: {
    outputs: async ({ lib, inputs, params }) => {
      const x = inputs.images as Tensor4D;
      const permutation = await (inputs.permutation as Tensor).data();
      const { boxes, lambda } = lib.transforms.cutmixBoxes(x.shape, params.center, params.lambda);
      const [top = 0, left = 0, height = 0, width = 0] = boxes[0] as number[];
      return {
        images: lib.transforms.cutmix(x, permutation, boxes),
        labels: lib.transforms.mixup(inputs.labels as Tensor, permutation, lambda),
        box: [left, top, left + width, top + height],
        adjustedLambda: lambda[0] as number,
      };
    },
  },
  rgbToHsv: { outputs: ({ lib, inputs }) => ({ hsv: lib.transforms.rgbToHsv(inputs.rgb as Tensor4D) }) },
  hsvToRgb: { outputs: ({ lib, inputs }) => ({ rgb: lib.transforms.hsvToRgb(inputs.hsv as Tensor4D) }) },
};
