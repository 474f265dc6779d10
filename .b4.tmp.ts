import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';
import { toPlanes, fromPlanes, grayPlane, combineOne } from './src/transforms/planes.js';
import { toHexagon, fromHexagon } from './src/transforms/hue.js';
import { blend, contrastBlend, saturationBlend, brightnessBlend } from './src/transforms/blend.js';
await tf.setBackend('wasm'); await tf.ready();
function time(name: string, f: () => any, n = 15) {
  const ts: number[] = [];
  for (let i = 0; i < n; i++) { const s = performance.now(); const r = tf.tidy(f); ts.push(performance.now() - s); tf.dispose(r); }
  ts.sort((a, b) => a - b); console.log(name.padEnd(34), 'min', ts[0]!.toFixed(2), 'median', ts[n >> 1]!.toFixed(2));
}
for (const [b, h] of [[256, 32]] as const) {
  const x = tf.randomUniform([b, h, h, 3]) as tf.Tensor4D;
  const p = toPlanes(x);
  const { hue, chroma, low } = toHexagon(p);
  const turns = Array.from({ length: b }, (_, i) => i / b - .5);
  time('toPlanes', () => toPlanes(x));
  time('fromPlanes', () => fromPlanes(p, x.shape));
  time('toHexagon', () => toHexagon(p) as any);
  time('fromHexagon', () => fromHexagon(hue, chroma, low, turns));
  time('combineOne', () => combineOne(p, [1, 0, 0]));
  time('slice', () => tf.slice(p, [1, 0, 0], [1, -1, -1]));
  time('relu', () => tf.relu(tf.sub(hue, chroma)));
  time('sub', () => tf.sub(hue, chroma));
  time('step', () => tf.step(hue));
  time('rsub scalar', () => tf.sub(1, hue));
  time('sub scalar', () => tf.sub(hue, 1));
  time('div', () => tf.div(hue, chroma));
  time('add bcast hue + [3,b,1]', () => tf.add(hue, tf.tensor3d(new Float32Array(3 * b), [3, b, 1])));
  time('abs p', () => tf.abs(p));
  time('sub p', () => tf.sub(p, 3));
  time('clip p', () => tf.clipByValue(p, 0, 1));
  time('mul p [b,hw]', () => tf.mul(p, chroma));
  time('mul p p', () => tf.mul(p, p));
  time('add p [b,hw]', () => tf.add(p, chroma));
  time('blend b', () => blend(p, turns.map(() => brightnessBlend(.9))));
  time('blend c', () => blend(p, turns.map(() => contrastBlend(.9))));
  time('blend s', () => blend(p, turns.map(() => saturationBlend(.9))));
  time('gray', () => grayPlane(p));
  time('mean', () => tf.mean(chroma, 1, true));
}
