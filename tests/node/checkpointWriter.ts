import { fileCheckpoint } from '../../src/node/index.js';

// Saves again and again, until it is killed in the middle of it. Every number of a state is its step.
const store = fileCheckpoint(process.argv[2] as string);
for (let step = 1; ; step++) {
  const data = new Float32Array(1_000_000).fill(step);
  await store.save({ step, weights: { dtype: 'float32', shape: [data.length], data } });
  if (step === 1) process.stdout.write('ready\n');
}
