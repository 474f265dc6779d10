import '@tensorflow/tfjs-backend-cpu';
import { fill } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { nodeFile } from '../../src/node/index.js';

// Saves models again and again, until it is killed in the middle of it. Every weight is the number in the metadata.
for (let step = 1; ; step++) {
  const units = 300 + (step % 2);
  const model = sequential({ layers: [layers.dense({ units, inputShape: [1000], kernelInitializer: 'zeros' })] });
  model.setWeights([fill([1000, units], step), fill([units], step)]);
  model.setUserDefinedMetadata({ step });
  await model.save(nodeFile(process.argv[2] as string));
  model.dispose();
  if (step === 1) process.stdout.write('ready\n');
}
