import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';
await tf.setBackend('wasm'); await tf.ready();
function time(name: string, mk: () => tf.Tensor, f: (x: any) => any, n = 21) {
  const ts: number[] = [];
  for (let i = 0; i < n; i++) { const x = mk(); const s = performance.now(); const r = tf.tidy(() => f(x)); ts.push(performance.now() - s); tf.dispose(r); x.dispose(); }
  ts.sort((a, b) => a - b); console.log(name.padEnd(34), 'min', ts[0]!.toFixed(2), 'median', ts[n >> 1]!.toFixed(2));
}
for (const [b, h] of [[256, 32], [64, 96]] as const) {
  console.log(b, h);
  const hw = h * h;
  const base = tf.randomUniform([3, b, hw]);
  const fresh = () => tf.add(base, 0);
  const full = (c: number) => tf.tensor4d(Float32Array.from({ length: 3 * c }, (_, i) => [.3, .5, .1][Math.floor(i / c)]!), [3, 1, c, 1]);
  for (const C of [h, h * 4, h * 8, hw]) {
    time('dwconv C=' + C, fresh, (p) => tf.depthwiseConv2d(tf.reshape(p, [1, 3, b * hw / C, C]) as tf.Tensor4D, full(C), 1, 'valid'));
    time('maxpool C=' + C, fresh, (p) => tf.maxPool(tf.reshape(p, [1, 3, b * hw / C, C]) as tf.Tensor4D, [3, 1], 1, 'valid'));
    time('avgpool C=' + C, fresh, (p) => tf.avgPool(tf.reshape(p, [1, 3, b * hw / C, C]) as tf.Tensor4D, [3, 1], 1, 'valid'));
  }
  time('matmul', fresh, (p) => tf.matMul(tf.tensor2d([[.3, .5, .1]]), tf.reshape(p, [3, b * hw])));
  time('slice', fresh, (p) => tf.slice(p, [1, 0, 0], [1, -1, -1]));
  time('mean over planes', fresh, (p) => tf.sum(p, 0));
  time('mean', () => tf.add(tf.randomUniform([b, hw]), 0), (p) => tf.mean(p, 1, true));
  time('nhwc matmul 3x3', () => tf.add(tf.randomUniform([b * hw, 3]), 0), (p) => tf.matMul(p, tf.ones([3, 3])));
  time('nhwc matmul 3x1', () => tf.add(tf.randomUniform([b * hw, 3]), 0), (p) => tf.matMul(p, tf.ones([3, 1])));
}
