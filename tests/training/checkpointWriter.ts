import { indexedDBCheckpoint } from '../../src/training/index.js';

// A worker that saves again and again, until it is terminated in the middle of it. Every number of a state is its step.
const store = indexedDBCheckpoint('killed', { database: 'selfsup-test' });
for (let step = 1; ; step++) {
  const data = new Float32Array(250_000).fill(step);
  await store.save({ step, weights: { dtype: 'float32', shape: [data.length], data } });
  postMessage(step);
}
