import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';
import { toPlanes, fromPlanes } from './src/transforms/planes.js';
import { shiftHue, toHexagon, fromHexagon } from './src/transforms/hue.js';
import { colorJitter } from './src/transforms/index.js';
import { blend, contrastBlend, saturationBlend, brightnessBlend } from './src/transforms/blend.js';
await tf.setBackend('wasm'); await tf.ready();
function time(name: string, f: () => any, n = 41) {
  const ts: number[] = [];
  for (let i = 0; i < n; i++) { const s = performance.now(); const r = tf.tidy(f); ts.push(performance.now() - s); tf.dispose(r); }
  ts.sort((a, b) => a - b); console.log(name.padEnd(34), 'min', ts[0]!.toFixed(2), 'median', ts[n >> 1]!.toFixed(2));
}
for (const [b, h] of [[256, 32]] as const) {
  const x = tf.randomUniform([b, h, h, 3]) as tf.Tensor4D;
  const p = toPlanes(x);
  const turns = Array.from({ length: b }, (_, i) => i / b - .5);
  const mixed = turns.map((t, i) => [contrastBlend, saturationBlend, brightnessBlend][i % 3]!(.9));
  time('blend mixed', () => blend(p, mixed));
  time('shiftHue', () => shiftHue(p, turns));
  time('toHex', () => toHexagon(p) as any);
  const { hue, chroma, low } = toHexagon(p);
  time('fromHexagon', () => fromHexagon(hue, chroma, low, turns));
  time('6 blends', () => { let y = p; for (let i = 0; i < 6; i++) { const z = tf.tidy(() => blend(y, mixed)); if (y !== p) y.dispose(); y = z; } return y; });
  time('10 clips', () => { let y = p; for (let i = 0; i < 10; i++) { const z = tf.clipByValue(y, 0, 1); if (y !== p) y.dispose(); y = z; } return y; });
  const j = colorJitter({ p: 1 });
  const params = j.sample(x.shape, 1);
  time('jitter', () => j.apply(x, params));
  time('jitter sample', () => { j.sample(x.shape, 1); return [] as any; });
}
