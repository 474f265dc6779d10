import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';
await tf.setBackend('wasm'); await tf.ready();
function time(name: string, mk: () => tf.Tensor, f: (x: any) => any, n = 15) {
  const ts: number[] = [];
  for (let i = 0; i < n; i++) { const x = mk(); const c = process.cpuUsage(); const s = performance.now(); const r = tf.tidy(() => f(x)); const d = process.cpuUsage(c); ts.push(Math.min(performance.now() - s, (d.user + d.system) / 1000)); tf.dispose(r); x.dispose(); }
  ts.sort((a, b) => a - b); console.log(name.padEnd(34), 'min', ts[0]!.toFixed(2), 'median', ts[n >> 1]!.toFixed(2));
}
for (const [b, h, r] of [[256, 32, 1], [64, 96, 4]] as const) {
  console.log(b, h);
  const side = b * 3;
  const base = tf.randomUniform([h, h, side]);
  const fresh = () => tf.add(base, 0);
  time('mirrorPad both', fresh, (x) => tf.mirrorPad(x, [[r, r], [r, r], [0, 0]], 'reflect'));
  time('mirrorPad 0', fresh, (x) => tf.mirrorPad(x, [[r, r], [0, 0], [0, 0]], 'reflect'));
  time('pad both', fresh, (x) => tf.pad(x, [[r, r], [r, r], [0, 0]]));
  time('mirrorPad nhwc', () => tf.add(tf.randomUniform([b, h, h, 3]), 0), (x) => tf.mirrorPad(x, [[0, 0], [r, r], [r, r], [0, 0]], 'reflect'));
  time('slice row', fresh, (x) => tf.slice(x, [1, 0, 0], [1, -1, -1]));
  time('slice col', fresh, (x) => tf.slice(x, [0, 1, 0], [-1, 1, -1]));
  time('transpose in', () => tf.add(tf.randomUniform([b, h * h, 3]), 0), (x) => tf.transpose(x, [1, 0, 2]));
  time('transpose in 2d', () => tf.add(tf.randomUniform([b, h * h * 3]), 0), (x) => tf.transpose(x, [1, 0]));
  time('transpose out', () => tf.add(tf.randomUniform([h * h, b, 3]), 0), (x) => tf.transpose(x, [1, 0, 2]));
  time('transpose out 2d', () => tf.add(tf.randomUniform([h * h * 3, b]), 0), (x) => tf.transpose(x, [1, 0]));
  const k = 2 * r + 1;
  time('dwconv k1', () => tf.add(tf.randomUniform([1, h + 2 * r, h + 2 * r, side]), 0), (x) => tf.depthwiseConv2d(x, tf.ones([k, 1, side, 1]) as any, 1, 'valid'));
  time('dwconv 1k', () => tf.add(tf.randomUniform([1, h, h + 2 * r, side]), 0), (x) => tf.depthwiseConv2d(x, tf.ones([1, k, side, 1]) as any, 1, 'valid'));
  time('dwconv kk', () => tf.add(tf.randomUniform([1, h + 2 * r, h + 2 * r, side]), 0), (x) => tf.depthwiseConv2d(x, tf.ones([k, k, side, 1]) as any, 1, 'valid'));
}
