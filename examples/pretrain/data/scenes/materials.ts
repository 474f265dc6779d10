/** How much of the second colour a material shows at a place, in [0, 1]; its period is 1 along both axes. */
export type Material = (u: number, v: number) => number;

const TURN = 2 * Math.PI;

/** A soft step from 0 to 1 around 0: the pattern's own anti-aliasing. */
const step = (x: number): number => Math.max(0, Math.min(1, 0.5 + 2 * x));

/** Distance from the nearest integer, in [0, 0.5]. */
const toInteger = (x: number): number => Math.abs(x - Math.round(x));

/** The classes of the rendered scenes, by name. */
export const materials: Readonly<Record<string, Material>> = {
  plain: () => 0,
  stripes: (u) => step(Math.cos(TURN * u)),
  checks: (u, v) => step(2 * Math.cos((TURN * u) / 2) * Math.cos((TURN * v) / 2)),
  dots: (u, v) => step(3.2 * (0.3 - Math.hypot(toInteger(u), toInteger(v)))),
  net: (u, v) => step(4 * (0.13 - Math.min(toInteger(u), toInteger(v)))),
  bricks: (u, v) => {
    const row = Math.floor(2 * v);
    return step(4 * (0.1 - Math.min(toInteger(2 * v) / 2, toInteger(u + (row % 2 === 0 ? 0 : 0.5)))));
  },
  waves: (u, v) => step(Math.cos(TURN * (u + 0.3 * Math.sin(TURN * v * 0.8)))),
  rings: (u, v) => step(Math.cos(TURN * Math.hypot(u, v))),
};
