import { type backend_util, engine, slice, type Tensor4D, type TensorInfo, tidy } from '@tensorflow/tfjs-core';
import { floatAddress, floats, type WasmBackend, zeroOutput } from './backend.js';
import type { Axis, Geometry } from './geometry.js';
import { copy } from './patches.js';

/** A convolution with stride 1 of an output gradient with a turned-round filter. */
export type UnitConvolution = (
  part: Tensor4D,
  filter: Tensor4D,
  pad: backend_util.ExplicitPadding,
  dilations: [number, number],
) => Tensor4D;

/** The input positions `start`, `start + stride`, ... along one axis and the taps that reach them. */
interface Phase {
  readonly start: number;
  readonly count: number;
  /** First tap; then every stride-th. */
  readonly tap: number;
  /** Number of taps; 0 where no window reaches. */
  readonly taps: number;
  /** Padding of the output gradient; negative to cut. */
  readonly before: number;
  readonly after: number;
}

/**
 * Input gradient of a convolution, `[batch, height, width, channels]`. With stride s the input falls into s x s phases,
 * each of which is a small convolution of the output gradient: no work on stuffed-in zeros.
 *
 * @param filter - `[height, width, ...]` as `convolve` takes it, but not yet turned round.
 */
export function gradientByPhases(
  backend: WasmBackend,
  g: Geometry,
  dy: Tensor4D,
  filter: Tensor4D,
  convolve: UnitConvolution,
): Tensor4D {
  const [, height, width] = g.axes;
  const part = (row: Phase, column: Phase): Tensor4D =>
    convolve(
      crop(dy, row, column),
      pick(backend, filter, row, column, height.stride, width.stride),
      padding(row, column),
      [height.dilation, width.dilation],
    );
  if (height.stride === 1 && width.stride === 1) return part(phases(height)[0] as Phase, phases(width)[0] as Phase);
  const out = zeroOutput(backend, [g.batch, height.size, width.size, g.inChannels]);
  for (const row of phases(height)) {
    for (const column of phases(width)) {
      if (row.taps > 0 && column.taps > 0) tidy(() => place(backend, part(row, column), out, g, row, column));
    }
  }
  return engine().makeTensorFromTensorInfo(out) as Tensor4D;
}

/** The phases of an axis that have positions. */
function phases({ size, out, taps, stride, dilation, pad }: Axis): Phase[] {
  const all: Phase[] = [];
  for (let remainder = 0; remainder < stride; remainder++) {
    const start = (((remainder - pad) % stride) + stride) % stride;
    const count = Math.ceil((size - start) / stride);
    if (count <= 0) continue;
    const used = Math.max(0, Math.ceil((taps - remainder) / stride));
    const reach = (used - 1) * dilation;
    const before = reach - (start + pad - remainder) / stride;
    const after = count - out + reach - before;
    const reached = used > 0 && out + Math.min(0, before) + Math.min(0, after) > 0;
    all.push({ start, count, tap: remainder, taps: reached ? used : 0, before, after });
  }
  return all;
}

function padding(row: Phase, column: Phase): backend_util.ExplicitPadding {
  const positive = (phase: Phase): [number, number] => [Math.max(0, phase.before), Math.max(0, phase.after)];
  return [[0, 0], positive(row), positive(column), [0, 0]];
}

/** The part of the output gradient that negative padding leaves. */
function crop(dy: Tensor4D, row: Phase, column: Phase): Tensor4D {
  const [top, bottom, left, right] = [row.before, row.after, column.before, column.after].map((n) =>
    Math.max(0, -n),
  ) as [number, number, number, number];
  if (top + bottom + left + right === 0) return dy;
  const [batch, height, width, channels] = dy.shape;
  return slice(dy, [0, top, left, 0], [batch, height - top - bottom, width - left - right, channels]);
}

/** The taps of a phase, turned round. */
function pick(
  backend: WasmBackend,
  filter: Tensor4D,
  row: Phase,
  column: Phase,
  strideY: number,
  strideX: number,
): Tensor4D {
  const [, width, from, to] = filter.shape;
  const out = backend.makeOutput([row.taps, column.taps, from, to], 'float32');
  const heap = floats(backend);
  let target = floatAddress(backend, out);
  for (let i = row.taps - 1; i >= 0; i--) {
    for (let j = column.taps - 1; j >= 0; j--) {
      const tap = (row.tap + i * strideY) * width + column.tap + j * strideX;
      copy(heap, target, floatAddress(backend, filter) + tap * from * to, from * to);
      target += from * to;
    }
  }
  return engine().makeTensorFromTensorInfo(out) as Tensor4D;
}

/** Copies the pixels of a phase to where they belong. */
function place(backend: WasmBackend, part: TensorInfo, out: TensorInfo, g: Geometry, row: Phase, column: Phase): void {
  const heap = floats(backend);
  const [, height, width] = g.axes;
  const channels = g.inChannels;
  let source = floatAddress(backend, part);
  for (let b = 0; b < g.batch; b++) {
    for (let i = 0; i < row.count; i++) {
      const y = b * height.size + row.start + i * height.stride;
      let target = floatAddress(backend, out) + (y * width.size + column.start) * channels;
      for (let j = 0; j < column.count; j++) {
        copy(heap, target, source, channels);
        source += channels;
        target += width.stride * channels;
      }
    }
  }
}
