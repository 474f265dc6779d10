import { type Seed, uniform } from 'selfsup/random';
import type { Hsl } from './colour.js';

/** A thing in the scene; its material is the scene's class. */
export interface PlannedObject {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly turn: number;
  /** Along one of its axes; the other one shrinks by as much. */
  readonly stretch: number;
  /** The two colours of its material. */
  readonly colours: readonly [Hsl, Hsl];
  /** Which of the shapes it has, in [0, 1). */
  readonly shape: number;
  /** Where its material lies: turn, period in pixels, shift in periods. */
  readonly grain: { readonly turn: number; readonly period: number; readonly u: number; readonly v: number };
}

/** Everything about a scene but its shape; lengths in pixels, angles in radians. */
export interface ScenePlan {
  /** The background: colours that go once around the circle along an angle, and bend. */
  readonly ground: {
    readonly hue: number;
    readonly saturation: number;
    readonly lightness: number;
    readonly angle: number;
    readonly bend: { readonly angle: number; readonly length: number; readonly phase: number; readonly height: number };
  };
  /** The things, all of one material. */
  readonly objects: readonly PlannedObject[];
  /** The light: where it comes from, how much it shades the shapes, how dark and long the shadows are, exposure. */
  readonly light: {
    readonly angle: number;
    readonly shading: number;
    readonly shadow: number;
    readonly reach: number;
    readonly exposure: number;
  };
  /** Small dots of any colour that lie about. */
  readonly clutter: readonly {
    readonly x: number;
    readonly y: number;
    readonly radius: number;
    readonly colour: Hsl;
  }[];
  /** Standard deviation of the noise. */
  readonly grain: number;
}

const TURN = 2 * Math.PI;

/** A number in [low, high), the next of a scene's stream. */
type Draw = (low: number, high: number) => number;

/** Draws the plan of a scene of `size` x `size` pixels. Its background has all hues, so that they tell nothing. */
export function planScene(seed: Seed, size: number): ScenePlan {
  const numbers = uniform(seed, 96);
  let next = 0;
  const draw: Draw = (low, high) => low + (high - low) * (numbers[next++] as number);
  const unit = size / 32;
  return {
    ground: {
      hue: draw(0, 1),
      saturation: draw(0.25, 0.35),
      lightness: draw(0.44, 0.56),
      angle: draw(0, 2 * Math.PI),
      bend: { angle: draw(0, Math.PI), length: draw(14, 30) * unit, phase: draw(0, 6.3), height: draw(0.05, 0.2) },
    },
    objects: planObjects(draw, size),
    light: {
      angle: draw(0, 2 * Math.PI),
      shading: draw(0.05, 0.3),
      shadow: draw(0.1, 0.5),
      reach: draw(0.7, 1.5) * unit,
      exposure: draw(0.85, 1.12),
    },
    clutter: Array.from({ length: Math.floor(draw(0, 4)) }, () => ({
      x: draw(0, size),
      y: draw(0, size),
      radius: draw(0.6, 1.2) * unit,
      colour: [draw(0, 1), draw(0.2, 0.9), draw(0.2, 0.8)] as const,
    })),
    grain: draw(0.015, 0.025),
  };
}

/** One large thing, or two smaller ones in opposite corners. */
function planObjects(draw: Draw, size: number): PlannedObject[] {
  const unit = size / 32;
  const two = draw(0, 1) < 0.3;
  const [side, turn, period, light] = [draw(0, 1) < 0.5, draw(0, TURN), draw(5, 9) * unit, draw(0, 1) < 0.5];
  return Array.from({ length: two ? 2 : 1 }, (_, i) => {
    const place = (low: number, high: number): number =>
      two ? (low + (high - low) * draw(0, 1)) * size : draw(0.4, 0.6) * size;
    const hue = draw(0, 1);
    const colours: [Hsl, Hsl] = [
      [hue, draw(0.3, 1), draw(0.72, 0.92)],
      [hue + draw(0.1, 0.9), draw(0.3, 1), draw(0.12, 0.4)],
    ];
    return {
      x: i === 0 ? place(0.2, 0.35) : place(0.65, 0.8),
      y: (i === 0) === side ? place(0.2, 0.35) : place(0.65, 0.8),
      radius: (two ? draw(9, 11) : draw(13, 16)) * unit,
      turn: draw(0, TURN),
      stretch: draw(0.85, 1.18),
      colours: light ? colours : [colours[1], colours[0]],
      shape: draw(0, 1),
      grain: { turn: turn + draw(-0.3, 0.3), period, u: draw(-0.5, 0.5), v: draw(-0.5, 0.5) },
    };
  });
}
