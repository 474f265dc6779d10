import {
  abs,
  add,
  clipByValue,
  div,
  maximum,
  minimum,
  mul,
  neg,
  reshape,
  split,
  step,
  sub,
  type Tensor2D,
  type Tensor3D,
  tidy,
} from '@tensorflow/tfjs-core';
import { inTurn } from './inTurn.js';
import { largest, weigh } from './planes.js';
import { spread } from './spread.js';
import { partsPay } from './ways.js';

/** A batch of pixels in hue, chroma and extremes, each [batch, pixels]. */
export interface Hexagon {
  /** Hue in sextants, in [-3, 3], 0 at red; 0 for grey. */
  readonly hue: Tensor2D;
  /** Largest minus smallest channel. */
  readonly chroma: Tensor2D;
  /** Smallest channel. */
  readonly low: Tensor2D;
  /** Largest channel. */
  readonly high: Tensor2D;
}

/**
 * Hue, chroma and extremes of RGB planes [3, batch, pixels], without a comparison, a `where` or a `mod` (slow on WASM).
 * The hue's distance from red is (chroma - r + g + b - low) / chroma in every sextant, its sign that of g - b.
 */
export function toHexagon(planes: Tensor3D): Hexagon {
  return tidy(() => {
    const { high, low, away, blueOverGreen } = extremes(planes);
    const chroma = sub<Tensor2D>(high, low);
    const distance = tidy(() => {
      const safe = add(chroma, sub(1, step(chroma))); // 1 where the chroma is 0
      return div<Tensor2D>(add(chroma, sub(away, low)), safe);
    });
    const sign = tidy(() => sub(1, mul(step(blueOverGreen), 2)));
    return { hue: mul<Tensor2D>(distance, sign), chroma, low, high };
  });
}

/** Extremes of the channels, g + b - r and b - g: by windows down the planes, which a GPU reads slower than whole planes. */
function extremes(planes: Tensor3D): Record<'high' | 'low' | 'away' | 'blueOverGreen', Tensor2D> {
  if (partsPay()) {
    return {
      high: largest(planes),
      low: neg(largest(neg(planes))),
      away: weigh(planes, [-1, 1, 1]),
      blueOverGreen: weigh(planes, [0, -1, 1]),
    };
  }
  const [, batch, pixels] = planes.shape;
  const plane = (part: Tensor3D): Tensor2D => reshape(part, [batch, pixels]);
  const [r, g, b] = (split(planes, 3, 0) as Tensor3D[]).map(plane) as [Tensor2D, Tensor2D, Tensor2D];
  return {
    high: maximum(maximum(r, g), b),
    low: minimum(minimum(r, g), b),
    away: sub(add(g, b), r),
    blueOverGreen: sub(b, g),
  };
}

/** RGB planes of a hue in sextants moved by a share of a turn per image, a chroma and a lowest channel. */
export function fromHexagon(hue: Tensor2D, chroma: Tensor2D, low: Tensor2D, turns: readonly number[]): Tensor3D {
  const centers = [0, 2, -2]; // red, green, blue, in sextants
  const offsets = centers.flatMap((center) => turns.map((t) => wrap(6 * t - center)));
  return inTurn(
    () => add<Tensor3D>(hue, spread(offsets, [3, ...hue.shape])), // distance from the centre, in [-6, 6]
    (t) => abs(t),
    (t) => sub<Tensor3D>(t, 3),
    (t) => abs(t),
    (t) => sub<Tensor3D>(t, 1),
    (t) => clipByValue(t, 0, 1), // 1 within a sextant of the centre, 0 from two on
    (t) => mul<Tensor3D>(t, chroma),
    (t) => add<Tensor3D>(t, low),
  );
}

/** Sextants wrapped to [-3, 3). */
function wrap(sextants: number): number {
  return sextants - 6 * Math.floor((sextants + 3) / 6);
}

/** Moves the hue of RGB planes [3, batch, pixels] by a share of a turn per image. */
export function shiftHue(planes: Tensor3D, turns: readonly number[]): Tensor3D {
  return tidy(() => {
    const { hue, chroma, low } = toHexagon(planes);
    return fromHexagon(hue, chroma, low, turns);
  });
}
