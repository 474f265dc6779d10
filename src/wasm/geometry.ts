import { backend_util } from '@tensorflow/tfjs-core';

/** How a window slides along one axis. */
export interface Axis {
  /** Length of the input. */
  readonly size: number;
  /** Length of the output. */
  readonly out: number;
  /** Taps of the window. */
  readonly taps: number;
  /** Step between windows. */
  readonly stride: number;
  /** Step between taps. */
  readonly dilation: number;
  /** Padding in front of the input. */
  readonly pad: number;
}

/** Windows over `[batch, depth, height, width, channels]`; two-dimensional ones have a depth of 1. */
export interface Geometry {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  /** Depth, height, width. */
  readonly axes: readonly [Axis, Axis, Axis];
}

/** Attributes that convolutions and pools share. */
export interface WindowAttrs {
  readonly strides: number | number[];
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dilations?: number | number[] | null;
}

type Shape4D = [number, number, number, number];
type Shape5D = [number, number, number, number, number];
type Triple = [number, number, number];

const SINGLE: Axis = { size: 1, out: 1, taps: 1, stride: 1, dilation: 1, pad: 0 };

/** Windows of a two-dimensional convolution; `depthwise` for one filter per channel. */
export function conv2dGeometry(x: number[], filter: number[], attrs: WindowAttrs, depthwise = false): Geometry {
  const { strides, pad, dimRoundingMode, dilations } = attrs;
  return fromInfo2D(
    backend_util.computeConv2DInfo(
      x as Shape4D,
      filter as Shape4D,
      strides as number | [number, number],
      (dilations ?? 1) as number | [number, number],
      explicitPad(pad),
      dimRoundingMode,
      depthwise,
    ),
  );
}

/** Windows of a three-dimensional convolution. */
export function conv3dGeometry(x: number[], filter: number[], attrs: WindowAttrs): Geometry {
  const { strides, pad, dilations = 1 } = attrs;
  return fromInfo3D(
    backend_util.computeConv3DInfo(
      x as Shape5D,
      filter as Shape5D,
      strides as number | Triple,
      dilations as number | Triple,
      pad as 'same' | 'valid',
    ),
  );
}

/** Windows of a two- or three-dimensional pool. */
export function poolGeometry(x: number[], attrs: WindowAttrs & { readonly filterSize: number | number[] }): Geometry {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  if (x.length === 5) {
    return fromInfo3D(
      backend_util.computePool3DInfo(
        x as Shape5D,
        filterSize as number | Triple,
        strides as number | Triple,
        1,
        pad as 'same' | 'valid' | number,
        dimRoundingMode,
      ),
    );
  }
  const pair = (n: number | number[]) => n as number | [number, number];
  return fromInfo2D(
    backend_util.computePool2DInfo(x as Shape4D, pair(filterSize), pair(strides), 1, explicitPad(pad), dimRoundingMode),
  );
}

/** One number of padding written out for each side: tfjs-core takes a single number to mean square windows and strides. */
export function explicitPad(pad: WindowAttrs['pad']): Exclude<WindowAttrs['pad'], number> {
  if (typeof pad !== 'number') return pad;
  return [
    [0, 0],
    [pad, pad],
    [pad, pad],
    [0, 0],
  ];
}

/** Number of windows. */
export function windows(g: Geometry): number {
  return g.axes.reduce((product, axis) => product * axis.out, g.batch);
}

/** Number of taps of a window. */
export function taps(g: Geometry): number {
  return g.axes.reduce((product, axis) => product * axis.taps, 1);
}

/** Whether every window is one input position, in order: a 1 x 1 convolution with stride 1. */
export function isPointwise(g: Geometry): boolean {
  return g.axes.every((axis) => axis.taps === 1 && axis.stride === 1 && axis.pad === 0 && axis.out === axis.size);
}

function fromInfo2D(info: backend_util.Conv2DInfo): Geometry {
  return {
    batch: info.batchSize,
    inChannels: info.inChannels,
    outChannels: info.outChannels,
    axes: [SINGLE, height(info), width(info)],
  };
}

function fromInfo3D(info: backend_util.Conv3DInfo): Geometry {
  const depth: Axis = {
    size: info.inDepth,
    out: info.outDepth,
    taps: info.filterDepth,
    stride: info.strideDepth,
    dilation: info.dilationDepth,
    pad: info.padInfo.front,
  };
  return {
    batch: info.batchSize,
    inChannels: info.inChannels,
    outChannels: info.outChannels,
    axes: [depth, height(info), width(info)],
  };
}

const height = (info: backend_util.Conv2DInfo | backend_util.Conv3DInfo): Axis => ({
  size: info.inHeight,
  out: info.outHeight,
  taps: info.filterHeight,
  stride: info.strideHeight,
  dilation: info.dilationHeight,
  pad: info.padInfo.top,
});

const width = (info: backend_util.Conv2DInfo | backend_util.Conv3DInfo): Axis => ({
  size: info.inWidth,
  out: info.outWidth,
  taps: info.filterWidth,
  stride: info.strideWidth,
  dilation: info.dilationWidth,
  pad: info.padInfo.left,
});
