import type { Seed } from 'selfsup/random';
import { foldIn, integers, normal } from 'selfsup/random';
import { channelOf, type Hsl } from './colour.js';
import type { Material } from './materials.js';
import { type PlannedObject, planScene, type ScenePlan } from './plan.js';
import { type Distance, shapes } from './shapes.js';

/** Grain for all scenes, each of which starts at a place of its own: cheaper than fresh numbers for each. */
const noise = normal(0, 40_009);

/** Pixels in [0, 1], not clipped, `[size, size, 3]`. */
interface Canvas {
  readonly values: Float32Array;
  readonly size: number;
}

/**
 * Draws one scene into `out`, `[size, size, 3]` bytes: things of one material, lit from one side and casting shadows, on
 * a background of all colours with clutter, seen through noise. Everything but the material is drawn from the seed.
 */
export function renderScene(out: Uint8Array, material: Material, seed: Seed, size: number): void {
  const plan = planScene(foldIn(seed, 0), size);
  const canvas: Canvas = { values: new Float32Array(size * size * 3), size };
  paintGround(canvas, plan.ground);
  for (const { x, y, radius, colour } of plan.clutter) {
    visit(canvas, x, y, radius + 1, (px, py, at) => {
      blend(canvas, at, coverage(Math.hypot(px - x, py - y) - radius), colour, 1);
    });
  }
  for (const object of plan.objects) paintObject(canvas, object, plan.light, material);
  const first = integers(foldIn(seed, 1), { max: noise.length });
  for (let i = 0; i < out.length; i++) {
    const grain = plan.grain * (noise[(first + Math.floor(i / 3)) % noise.length] as number);
    out[i] = Math.max(0, Math.min(255, Math.round(255 * ((canvas.values[i] as number) * plan.light.exposure + grain))));
  }
}

function paintGround({ values, size }: Canvas, { hue, saturation, lightness, angle, bend }: ScenePlan['ground']): void {
  const [fadeX, fadeY] = [Math.cos(angle) / size, Math.sin(angle) / size];
  const turns = (2 * Math.PI) / bend.length;
  const [bendX, bendY] = [turns * Math.cos(bend.angle), turns * Math.sin(bend.angle)];
  for (let row = 0, at = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const wave = bend.height * Math.sin(column * bendX + row * bendY + bend.phase);
      const colour: Hsl = [hue + column * fadeX + row * fadeY + wave, saturation, lightness];
      for (let channel = 0; channel < 3; channel++) values[at++] = channelOf(colour, channel);
    }
  }
}

/** A thing and, first, its soft shadow on the side away from the light. */
function paintObject(canvas: Canvas, object: PlannedObject, light: ScenePlan['light'], material: Material): void {
  const { x: cx, y: cy, radius, turn, stretch, colours, grain } = object;
  const shape = shapes[Math.floor(object.shape * shapes.length)] as Distance;
  const [cos, sin] = [Math.cos(turn) / radius, Math.sin(turn) / radius];
  const [grainCos, grainSin] = [Math.cos(grain.turn) / grain.period, Math.sin(grain.turn) / grain.period];
  const [lightX, lightY] = [Math.cos(light.angle), Math.sin(light.angle)];
  const distance = (x: number, y: number): number =>
    radius * shape((cos * (x - cx) + sin * (y - cy)) * stretch, (cos * (y - cy) - sin * (x - cx)) / stretch);
  const softness = (3 * canvas.size) / 32;
  visit(canvas, cx, cy, 1.35 * radius + light.reach + softness, (x, y, at) => {
    const [dx, dy] = [x - cx, y - cy];
    const hidden = coverage(distance(x + light.reach * lightX, y + light.reach * lightY), softness);
    for (let c = at; c < at + 3; c++) canvas.values[c] = (canvas.values[c] as number) * (1 - light.shadow * hidden);
    const covered = coverage(distance(x, y));
    const second = material(grainCos * dx + grainSin * dy + grain.u, grainCos * dy - grainSin * dx + grain.v);
    const lit = 1 + (light.shading * (dx * lightX + dy * lightY)) / radius;
    for (let c = 0; c < 3; c++) {
      const value = lit * (channelOf(colours[0], c) * (1 - second) + channelOf(colours[1], c) * second);
      canvas.values[at + c] = (canvas.values[at + c] as number) * (1 - covered) + value * covered;
    }
  });
}

/** Calls f with the middle of each pixel around a point, and its place among the values. */
function visit(
  { size }: Canvas,
  cx: number,
  cy: number,
  reach: number,
  f: (x: number, y: number, at: number) => void,
): void {
  for (let row = Math.max(0, Math.floor(cy - reach)); row < Math.min(size, cy + reach); row++) {
    for (let column = Math.max(0, Math.floor(cx - reach)); column < Math.min(size, cx + reach); column++) {
      f(column + 0.5, row + 0.5, (row * size + column) * 3);
    }
  }
}

function blend({ values }: Canvas, at: number, covered: number, colour: Hsl, lit: number): void {
  if (covered === 0) return;
  for (let channel = 0; channel < 3; channel++) {
    const below = values[at + channel] as number;
    values[at + channel] = below + covered * (channelOf(colour, channel) * lit - below);
  }
}

/** Share of a pixel that a shape covers, from its distance in pixels: the anti-aliasing. */
function coverage(distance: number, softness = 1): number {
  return Math.max(0, Math.min(1, 0.5 - distance / softness));
}
