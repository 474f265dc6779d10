import { add, concat, fill, log, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import * as pretext from 'selfsup/pretext';
import { labToRgb } from 'selfsup/transforms';
import { between, enlarged, free, mosaic, named, numbers, pictures, type Row, type Shown, seen } from '../show.js';

/** Colours of Lab as RGB, at one lightness or at those of a task. */
const painted = (ab: Tensor4D, l?: Tensor4D): Tensor4D =>
  tidy(() => {
    const [batch, height, width] = ab.shape;
    const lightness = l === undefined ? fill([batch, height, width, 1], 65) : add(l, 50);
    return labToRgb(concat([lightness as Tensor4D, ab], 3));
  });

/** Tasks of single photos. */
export const imageRows: readonly Row[] = [
  {
    name: 'rotationTask',
    caption: 'every turn of a photo; the label is the number of quarter turns anticlockwise',
    draw: async ({ photos }, i) => {
      const x = photos.copies(i, 1);
      const { inputs, labels } = pretext.rotationTask(x);
      const [turned, turns] = [await pictures(inputs), await numbers(labels)];
      free(x, inputs, labels);
      return turned.map((picture, k) => ({ picture, note: `${turns[k]}` }));
    },
  },
  ...(['none', 'project', 'drop'] as const).map(
    (chroma): Row => ({
      name: `relativePositionTask, ${chroma}`,
      caption: `chroma '${chroma}': the anchor in the middle, the query where the label says; the network sees them apart`,
      draw: async ({ photos }, i) => {
        const x = photos.copies(i, 4);
        const { inputs, labels } = pretext.relativePositionTask(x, i, { chroma });
        const [anchors, queries] = [await pictures(inputs.anchor), await pictures(inputs.query)];
        const board = (label: number, k: number): Shown => {
          const cells = Array.from({ length: 9 }, (_, cell) => {
            if (cell === 4) return anchors[k] ?? null;
            return cell === (label < 4 ? label : label + 1) ? (queries[k] ?? null) : null;
          });
          return { picture: mosaic(cells, 3, 10), note: `${label}` };
        };
        const shown = [...named((await pictures(x)).slice(0, 1), 'photo'), ...(await numbers(labels)).map(board)];
        free(x, inputs, labels);
        return shown;
      },
    }),
  ),
  {
    name: 'jigsawTask',
    caption:
      'tiles in the order of a permutation: as they are cut, then with moved channels and normalised, as the network sees them',
    draw: async ({ photos }, i) => {
      const x = photos.copies(i, 1);
      const cut = pretext.jigsawTask(x, i, { normalize: false, channelShift: 0, grayscale: 0 });
      const colour = pretext.jigsawTask(x, i, { grayscale: 0 });
      const gray = pretext.jigsawTask(x, i, { grayscale: 1 });
      const shown = named(await pictures(x), 'photo');
      for (const [note, { inputs, labels }] of Object.entries({ cut, seen: colour, 'seen, grey': gray })) {
        const tiles = await pictures(inputs);
        const cells = note === 'cut' ? tiles : tiles.map((tile) => between(tile, -2.5, 2.5));
        shown.push({ picture: mosaic(cells, 3), note: `${note}: ${(await numbers(labels))[0]}` });
      }
      free(x, cut, colour, gray);
      return shown;
    },
  },
  {
    name: 'colorizationTask',
    caption: 'lightness goes in; the target is the colour, here at one lightness, then as soft bins decoded again',
    draw: async ({ photos }, i) => {
      const x = photos.copies(i, 1);
      const bins = pretext.gamutBins();
      const exact = pretext.colorizationTask(x, { target: 'ab' });
      const soft = pretext.colorizationTask(x, { bins });
      const decoded = tidy(() =>
        pretext.decodeColors(log(add<Tensor4D>(soft.targets, 1e-9)), { bins, temperature: 1 }),
      );
      const flat = painted(exact.targets);
      const back = painted(decoded, exact.inputs);
      const shown = [
        ...named(await pictures(x), 'photo'),
        ...named(await seen(exact.inputs, -50, 50), 'input: L'),
        ...named(await pictures(flat), 'ab'),
        ...named(await pictures(back), 'L and the bins'),
      ];
      free(x, exact, soft, decoded, flat, back);
      return shown;
    },
  },
  {
    name: 'splitBrainTask',
    caption: 'two halves of a network: each sees one and predicts the other',
    draw: async ({ photos }, i) => {
      const x = photos.copies(i, 1);
      const { inputs, targets } = pretext.splitBrainTask(x);
      const colours = painted(inputs.ab);
      const shown = [
        ...named(await pictures(x), 'photo'),
        ...named(await seen(inputs.l, -50, 50), 'L'),
        ...named(await pictures(colours), 'ab'),
      ];
      free(x, inputs, targets, colours);
      return shown;
    },
  },
  ...(['center', 'random', 'blocks'] as const).map(
    (mask): Row => ({
      name: `inpaintingTask, ${mask}`,
      caption: 'a quarter is hidden; last the weights: white counts most, grey is hidden, black does not count',
      draw: async ({ photos }, i) => {
        const x = photos.copies(i, 3);
        const batch = pretext.inpaintingTask(x, i, { mask, overlap: 3 });
        const shown = [
          ...named((await pictures(x)).slice(0, 1), 'photo'),
          ...named(await pictures(batch.inputs), 'input'),
          ...named((await seen(batch.weights, 0, 2)).slice(2), 'weights of the last'),
        ];
        free(x, batch);
        return shown;
      },
    }),
  ),
  {
    name: 'superResolutionTask',
    caption: 'smaller copies, shown as large as the photo',
    draw: async ({ photos }, i) => {
      const x = photos.copies(i, 1);
      const shown = named(await pictures(x), 'target');
      for (const factor of [2, 4, 8]) {
        const batch = pretext.superResolutionTask(x, { factor });
        const small = await pictures(batch.inputs);
        shown.push(
          ...named(
            small.map((picture) => enlarged(picture, factor)),
            `factor ${factor}`,
          ),
        );
        free(batch);
      }
      free(x);
      return shown;
    },
  },
  {
    name: 'denoisingTask',
    caption: 'normal noise, dropped pixels, both',
    draw: async ({ photos }, i) => {
      const x = photos.copies(i, 1);
      const shown = named(await pictures(x), 'target');
      const strengths = [
        [0.1, 0],
        [0.3, 0],
        [0, 0.25],
        [0, 0.75],
        [0.1, 0.25],
      ] as const;
      for (const [std, dropout] of strengths) {
        const batch = pretext.denoisingTask(x, i, { std, dropout });
        shown.push(...named(await pictures(batch.inputs), `std ${std}, dropout ${dropout}`));
        free(batch);
      }
      free(x);
      return shown;
    },
  },
  {
    name: 'autoencodingTask',
    caption: 'input and target are the photo',
    draw: async ({ photos }, i) => {
      const x = photos.copies(i, 1);
      const { inputs, targets } = pretext.autoencodingTask(x);
      const shown = [...named(await pictures(inputs), 'input'), ...named(await pictures(targets), 'target')];
      free(x, inputs, targets);
      return shown;
    },
  },
  {
    name: 'geometricTransformTask',
    caption: 'the symmetries of the square; from 4 on of the mirrored photo',
    draw: async ({ photos }, i) => {
      const x = photos.copies(i, 7);
      const { inputs, labels } = pretext.geometricTransformTask(x, i);
      const classes = await numbers(labels);
      const shown = [
        ...named((await pictures(x)).slice(0, 1), 'photo'),
        ...(await pictures(inputs)).map((picture, k) => ({ picture, note: `${classes[k]}` })),
      ];
      free(x, inputs, labels);
      return shown;
    },
  },
  {
    name: 'countingTask',
    caption: 'the whole must count as much as its four tiles together, and not as much as another photo',
    draw: async ({ photos }, i) => {
      const parts = [photos.copies(i, 1), photos.copies(i + 1, 1)];
      const x = concat<Tensor4D>(parts, 0);
      const { inputs } = pretext.countingTask(x, i, { grayscale: 0 });
      const shown = [
        ...named((await pictures(inputs.whole)).slice(0, 1), 'whole'),
        { picture: mosaic((await pictures(inputs.tiles)).slice(0, 4), 2), note: 'tiles' },
        ...named((await pictures(inputs.other)).slice(0, 1), 'other'),
      ];
      free(parts, x, inputs);
      return shown;
    },
  },
  {
    name: 'egomotionTask',
    caption:
      'two crops of one photo; the labels are bins of the move to the right, down, and of the anticlockwise turn',
    draw: async ({ photos }, i) => {
      const x = photos.copies(i, 4);
      const { inputs, labels } = pretext.egomotionTask(x, i);
      const [first, second] = [await pictures(inputs.first), await pictures(inputs.second)];
      const [right, down, turn] = await Promise.all([labels.x, labels.y, labels.rotation].map(numbers));
      const pairs = first.map((picture, k) => ({
        picture: mosaic([picture, second[k] ?? null], 2),
        note: `${right?.[k]}, ${down?.[k]}, ${turn?.[k]}`,
      }));
      const shown = [...named((await pictures(x)).slice(0, 1), 'photo'), ...pairs];
      free(x, inputs, labels);
      return shown;
    },
  },
];
