// A user's CommonJS process: everything that trains, once around, on the backend named.
const assert = require('node:assert/strict');
const { mkdtempSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const backend = process.argv[2];
require('@tensorflow/tfjs-layers');
require(`@tensorflow/tfjs-backend-${backend}`);
const tf = require('@tensorflow/tfjs-core');
const { layers, losses, methods, models, momentum, pretext, probes, random, training, transforms } = require('selfsup');
const node = require('selfsup/node');
const { registerWasmTraining } = require('selfsup/wasm');

const size = 12;
const bytes = new Uint8Array(16 * size * size * 3).map((_, i) => (i * 7919 + (i >> 5) * 31) % 256);
const images = { data: bytes, shape: [16, size, size, 3] };
const encoder = () => models.smallConvNet({ inputShape: [size, size, 3], channels: [4, 8] });
const source = (batch = 8) => training.batches(images, { size: batch }, 1);

async function train(name, method, optimizer, options = {}) {
  const { loss } = await training.pretrain(method, source(), { seed: 3, steps: 3, optimizer, ...options });
  assert.equal(loss.length, 3, name);
  assert.ok(loss.every(Number.isFinite), `${name}: ${loss}`);
  console.log('trained', name);
  return loss;
}

async function main() {
  await tf.setBackend(backend);
  await tf.ready();
  if (backend === 'wasm') registerWasmTraining();
  const folder = mkdtempSync(join(tmpdir(), 'selfsup-smoke-'));

  // Twice: what a first run leaves behind must not break a second one.
  await train('SimCLR', new methods.SimCLR({ encoder: encoder() }), tf.train.adam(1e-3, 0.9, 0.999, 1e-8));
  await train('SimCLR again', new methods.SimCLR({ encoder: encoder() }), new training.AdamW({ learningRate: 1e-3 }));
  await train('accumulated', new methods.SimCLR({ encoder: encoder() }), tf.train.sgd(0.1), {
    accumulate: 2,
    clipNorm: 1,
  });
  await train('MoCo', new methods.MoCo({ encoder: encoder(), capacity: 16 }), tf.train.momentum(0.03, 0.9));
  await train('BarlowTwins', new methods.BarlowTwins({ encoder: encoder() }), new training.LARS({ learningRate: 0.1 }));
  const model = models.maeModel({ size, patchSize: 4, dim: 16, depth: 1, heads: 2, decoderDim: 16 });
  await train('MAE', new methods.MAE({ model }), new training.AdamW({ learningRate: 1e-3 }));

  // Kept, resumed, and kept as a model.
  const store = node.fileCheckpoint(join(folder, 'checkpoint.bin'));
  const method = new methods.SimCLR({ encoder: encoder() });
  const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
  const kept = await train('kept', method, optimizer, { checkpoint: { store, every: 1 } });
  const resumed = await training.pretrain(method, source(), { seed: 3, steps: 4, optimizer, checkpoint: { store } });
  assert.deepEqual(resumed.loss.slice(0, 3), kept);
  await method.setState(await method.getState());
  layers.registerLayers();
  await model.encoder.save(node.nodeFile(join(folder, 'encoder')));
  const { loadLayersModel } = require('@tensorflow/tfjs-layers');
  const loaded = await loadLayersModel(node.nodeFile(join(folder, 'encoder')));
  assert.equal(loaded.weights.length, model.encoder.weights.length);
  console.log('trained', 'and resumed');

  // Parts.
  const x = tf.div(tf.tensor4d(Float32Array.from(bytes), images.shape), 255);
  const [a, b] = transforms.views(transforms.simclrPolicy({ size }), 2)(x, 1);
  for (const view of [a, b]) assert.deepEqual(view.shape, [16, size, size, 3]);
  for (const image of [transforms.randAugment({ n: 2, magnitude: 9 })(x, 2), transforms.randomErasing()(x, 3)])
    assert.deepEqual(image.shape, x.shape);
  const [zA, zB] = [tf.randomNormal([8, 6]), tf.randomNormal([8, 6])];
  for (const name of [
    'ntXentLoss',
    'barlowTwinsLoss',
    'vicRegLoss',
    'infoNCELoss',
    'clipLoss',
    'byolLoss',
    'uniformityLoss',
  ]) {
    const of = name === 'uniformityLoss' ? (z) => losses[name](z) : (z) => losses[name](z, zB);
    const [norm] = tf.norm(tf.grad(of)(zA)).dataSync();
    assert.ok(norm > 0 && Number.isFinite(norm), `${name}: gradient ${norm}`);
  }
  assert.equal(pretext.rotationTask(x).labels.shape[0], 64);
  assert.equal(
    pretext.jigsawTask(x, 1, { permutations: pretext.hammingPermutations({ count: 4 }, 1), tileSize: 3 }).labels
      .shape[0],
    16,
  );
  assert.equal(pretext.inpaintingTask(x, 1).inputs.shape[0], 16);
  assert.equal((await pretext.kMeans(zA, 1, { clusters: 2 })).labels.size, 8);
  const queue = new momentum.FeatureQueue({ capacity: 8, dim: 6 });
  queue.enqueue(zA);
  assert.equal(random.permutation(random.foldIn(1, 2), 5).length, 5);
  console.log('trained', 'parts');

  // Probes.
  const part = { x: tf.concat([zA, tf.add(zB, 5)]), labels: Array.from({ length: 16 }, (_, i) => Number(i >= 8)) };
  const data = { train: part, test: part };
  const results = [
    await probes.linearProbe(data, 1),
    await probes.knnProbe(data, 1, { k: 3 }),
    await probes.ridgeProbe(data, 1),
  ];
  for (const { accuracy } of results) assert.ok(accuracy > 0.8, `probe: ${accuracy}`);
  assert.equal((await probes.embed2d(part.x)).points.length, 16);
  const features = await probes.extractFeatures(method.encoder, x);
  assert.equal(features.shape[0], 16);
  console.log('trained', 'probes');

  // Readers.
  const idx = join(folder, 'images.idx');
  writeFileSync(
    idx,
    Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2]), Buffer.from([1, 2, 3, 4])]),
  );
  assert.deepEqual([...(await node.readIdx(idx)).data], [1, 2, 3, 4]);
  await assert.rejects(node.readWav(idx), /readWav/);
  console.log('trained', 'readers');
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
