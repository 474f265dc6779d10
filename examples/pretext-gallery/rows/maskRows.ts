import type { Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import * as pretext from 'selfsup/pretext';
import type { Picture } from '../../pretrain/report/pictures.js';
import { copiesOf } from '../material/clips.js';
import { free, mosaic, named, numbers, pictures, type Row, type Shown } from '../show.js';
import { clipNamed } from './clipRows.js';

/** A picture, grey at the patches whose `hidden` is not 0. */
function without(picture: Picture, hidden: ArrayLike<number>, patch: number): Picture {
  const { width, channels } = picture;
  const data = Float32Array.from(picture.data, (v, i) => {
    const p = Math.floor(i / channels);
    const cell = Math.floor(Math.floor(p / width) / patch) * (width / patch) + Math.floor((p % width) / patch);
    return hidden[cell] === 0 ? v : 0.5;
  });
  return { ...picture, data };
}

/** Every frame without its hidden patches. */
async function masked(x: Tensor4D | Tensor5D, mask: pretext.MaskedPatches['mask'], patch: number): Promise<Picture[]> {
  const [list, values] = [await pictures(x), await numbers(mask)];
  const cells = values.length / list.length;
  return list.map((picture, k) => without(picture, values.slice(k * cells, (k + 1) * cells), patch));
}

const imageMasks: Row = {
  name: 'maskedPatchesTask',
  caption: 'patches of 8 pixels, three quarters of them hidden',
  draw: async ({ photos }, i) => {
    const x = photos.copies(i, 2);
    const shown: Shown[] = [];
    for (const strategy of ['random', 'block', 'grid'] as const) {
      const batch = pretext.maskedPatchesTask(x, i, { patchSize: 8, strategy });
      shown.push(...named(await masked(x, batch.mask, 8), strategy));
      free(batch);
    }
    free(x);
    return shown;
  },
};

const clipMasks: readonly Row[] = (['tube', 'random'] as const).map((strategy) => ({
  name: `maskedPatchesTask, ${strategy} in a clip`,
  caption: strategy === 'tube' ? 'the same patches are hidden in all frames' : 'patches of any frame are hidden',
  draw: async (material, i) => {
    const clip = clipNamed(material, 'big_buck_bunny', 0);
    const x = copiesOf(clip, 1, { frames: 6, stride: 4 });
    const batch = pretext.maskedPatchesTask(x, i, { patchSize: 16, strategy });
    const shown = [{ picture: mosaic(await masked(x, batch.mask, 16), 6), note: clip.name }];
    free(x, batch);
    return shown;
  },
}));

const blocks: Row = {
  name: 'multiBlockMaskTask',
  caption: 'the context, then each of the four target blocks',
  draw: async ({ photos }, i) => {
    const x = photos.copies(i, 1);
    const batch = pretext.multiBlockMaskTask(x, i, { patchSize: 8 });
    const [photo] = (await pictures(x)) as [Picture];
    const [context, targets] = [await numbers(batch.context), await numbers(batch.targets)];
    const only = (places: readonly number[]): Picture =>
      without(
        photo,
        Array.from({ length: 144 }, (_, k) => (places.includes(k) ? 0 : 1)),
        8,
      );
    const size = targets.length / 4;
    const shown = [
      ...named([only(context)], 'context'),
      ...[0, 1, 2, 3].map((k) => ({ picture: only(targets.slice(k * size, (k + 1) * size)), note: `target ${k}` })),
    ];
    free(x, batch);
    return shown;
  },
};

const grid: Row = {
  name: 'patchGridTask',
  caption: 'patches of 24 pixels that overlap by half',
  draw: async ({ photos }, i) => {
    const x = photos.copies(i, 1);
    const batch = pretext.patchGridTask(x, { patchSize: 24 });
    const list = await pictures(batch.inputs);
    const shown = [
      ...named(await pictures(x), 'photo'),
      { picture: mosaic(list, Math.sqrt(list.length)), note: 'patches' },
    ];
    free(x, batch);
    return shown;
  },
};

/** Masks and grids of patches. */
export const maskRows: readonly Row[] = [imageMasks, ...clipMasks, blocks, grid];
