import { dispose, tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, models } from '@tensorflow/tfjs-layers';
import { foldIn, normal, type Seed } from 'selfsup/random';

/** The same model before training: kernels drawn anew (He normal), all other weights as their layers begin with. */
export async function untrained(model: LayersModel, seed: Seed): Promise<LayersModel> {
  const fresh = await models.modelFromJSON(JSON.parse(JSON.stringify(model.toJSON(null, false))));
  fresh.weights.forEach((weight, i) => {
    if (!weight.originalName.endsWith('kernel')) return;
    const shape = weight.shape as number[];
    const size = shape.reduce((product, n) => product * n, 1);
    const fanIn = size / (shape.at(-1) as number);
    const drawn = tensor(
      normal(foldIn(seed, i), size).map((x) => x * Math.sqrt(2 / fanIn)),
      shape,
    );
    weight.write(drawn);
    dispose(drawn);
  });
  return fresh;
}
