import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';
import * as t from './src/transforms/index.js';
await tf.setBackend('wasm'); await tf.ready();
function time(name: string, f: () => tf.Tensor | tf.Tensor[], n = 15) {
  const ts: number[] = [];
  for (let i = 0; i < n; i++) { const c = process.cpuUsage(); const s = performance.now(); const r = f(); const d = process.cpuUsage(c); ts.push(Math.min(performance.now() - s, (d.user + d.system) / 1000)); tf.dispose(r); }
  ts.sort((a, b) => a - b); console.log(name.padEnd(34), 'min', ts[0]!.toFixed(1), 'median', ts[n >> 1]!.toFixed(1));
}
for (const [b, h] of [[256, 32], [64, 96]] as const) {
  console.log('---', b, h);
  const x = tf.randomUniform([b, h, h, 3]) as tf.Tensor4D;
  const seed = 1;
  const parts: Record<string, t.Transform<unknown>> = {
    rrc: t.randomResizedCrop({ size: h }), crop: t.randomCrop({ size: h, padding: 4 }), hflip: t.randomHorizontalFlip(), vflip: t.randomVerticalFlip(),
    jitter: t.colorJitter(), gray: t.randomGrayscale(), blur: t.randomGaussianBlur(), solarize: t.randomSolarize(),
    simclrNoBlur: t.simclrPolicy({ size: h, blur: false, strength: 1 }), simclr: t.simclrPolicy({ size: h, blur: true, strength: 1 }),
  };
  for (const [k, p] of Object.entries(parts)) {
    time(k, () => p(x, seed));
    const s = performance.now(); p.sample(x.shape, seed); const e = performance.now() - s; if (e > 2) console.log('   sample', e.toFixed(1));
  }
  time('hue', () => t.adjustHue(x, .1));
  time('contrast', () => t.adjustContrast(x, .9));
  time('two views simclr', () => t.views(parts.simclr!, 2)(x, seed));
}
