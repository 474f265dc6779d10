import { percent } from '../summary.js';
import { escape, img, page, section, table } from './html.js';
import { dataUri, type Picture } from './pictures.js';
import { type AccuracyRow, accuracyPlot, lossPlot, type MapPoint, mapPlot } from './plots.js';

/** A test image and the images whose features lie nearest to its own. */
export interface NeighbourRow {
  readonly query: Picture;
  /** Class of the query, where it is known. */
  readonly name: string | null;
  /** Nearest first, by the features of the pretrained encoder. */
  readonly pretrained: readonly Neighbour[];
  /** The same by those of the untrained one. */
  readonly untrained: readonly Neighbour[];
}

/** One of the images nearest to another. */
export interface Neighbour {
  readonly picture: Picture;
  readonly name: string | null;
}

/** All that the report shows. */
export interface ReportInput {
  readonly title: string;
  /** What came out, in a sentence or two. */
  readonly verdict: string;
  readonly loss: readonly number[];
  /** The loss at each step that means that nothing has been learnt, and why. */
  readonly chance: { readonly values: readonly number[]; readonly text: string };
  /** What the method does with images, a row of pictures each. */
  readonly pictures: {
    readonly heading: string;
    readonly caption: string;
    /** What the pictures of a row are. */
    readonly names: readonly string[];
    readonly rows: readonly (readonly Picture[])[];
  };
  /** Null where there are no labels. */
  readonly accuracies: {
    readonly rows: readonly AccuracyRow[];
    readonly guessing: number;
    readonly caption: string;
  } | null;
  readonly neighbours: readonly NeighbourRow[];
  readonly maps: readonly { readonly title: string; readonly points: readonly MapPoint[] }[];
  readonly mapCaption: string;
  readonly classNames: readonly string[];
  /** A row per measure: name, pretrained, untrained, what it means. */
  readonly collapse: { readonly rows: readonly (readonly string[])[]; readonly words: string };
  readonly settings: readonly (readonly [string, string])[];
}

/** The report as one HTML page: pictures and plots are part of it, nothing is loaded. */
export async function reportPage(input: ReportInput): Promise<string> {
  const parts = [
    `<header><h1>${escape(input.title)}</h1><p class="lead">${escape(input.verdict)}</p></header>`,
    await accuracySection(input),
    section('Loss', input.chance.text, await lossPlot(input.loss, input.chance)),
    await pictureSection(input),
    await neighbourSection(input),
    section('Map of the embeddings', input.mapCaption, `<div class="maps">${(await maps(input)).join('')}</div>`),
    section(
      'Collapse',
      input.collapse.words,
      table(
        ['', 'pretrained', 'untrained', ''],
        input.collapse.rows.map((cells) => cells.map(escape)),
      ),
    ),
    section(
      'Settings',
      '',
      table(
        [],
        input.settings.map((cells) => cells.map(escape)),
      ),
    ),
  ];
  return page(input.title, parts.join('\n'));
}

async function accuracySection({ accuracies }: ReportInput): Promise<string> {
  if (accuracies === null) {
    return section('Accuracy', 'The data has no labels, so there was nothing to probe with.', '');
  }
  const { rows, guessing, caption } = accuracies;
  const order = [...new Set(rows.map((row) => row.features))];
  const probes = [...new Set(rows.map((row) => row.probe))];
  const cell = (probe: string, features: string): string => {
    const row = rows.find((r) => r.probe === probe && r.features === features);
    return row === undefined ? '' : `<b>${percent(row.accuracy)}</b> (${row.interval.map(percent).join(' to ')})`;
  };
  const body = table(
    ['features', ...probes],
    order.map((features) => [escape(features), ...probes.map((probe) => cell(probe, features))]),
  );
  return section('Accuracy', caption, `${body}<br>${await accuracyPlot(rows, guessing, order)}`);
}

async function pictureSection({ pictures: { heading, caption, names, rows } }: ReportInput): Promise<string> {
  const line = async (row: readonly Picture[]): Promise<string> => {
    const pictures = row.map(async (picture, i) => img(await dataUri(picture), 72, names[i] as string));
    return `<div class="row">${(await Promise.all(pictures)).join('')}</div>`;
  };
  const columns = `grid-template-columns: repeat(auto-fill, minmax(${84 * names.length}px, 1fr))`;
  return section(
    heading,
    caption,
    `<div class="pairs" style="${columns}">${(await Promise.all(rows.map(line))).join('')}</div>`,
  );
}

async function neighbourSection({ neighbours }: ReportInput): Promise<string> {
  const labelled = neighbours.some((row) => row.name !== null);
  const caption = `Test images and their nearest neighbours among the training images, by the angle between the features.${
    labelled ? ' A solid green frame: same class; a dashed orange one: another class.' : ''
  }`;
  const row = async (list: readonly Neighbour[], name: string | null): Promise<string> => {
    const pictures = list.map(async (near) => {
      const mark = name === null ? '' : near.name === name ? 'same' : 'other';
      return img(await dataUri(near.picture), 44, near.name ?? 'neighbour', mark);
    });
    return `<div class="row">${(await Promise.all(pictures)).join('')}</div>`;
  };
  const rows = neighbours.map(async ({ query, name, pretrained, untrained }) => [
    img(await dataUri(query), 56, name ?? 'query'),
    escape(name ?? ''),
    await row(pretrained, name),
    await row(untrained, name),
  ]);
  const body = table(['image', '', 'pretrained', 'untrained'], await Promise.all(rows));
  return section('Nearest neighbours', caption, `<div class="neighbours">${body}</div>`);
}

function maps({ maps, classNames }: ReportInput): Promise<string[]> {
  return Promise.all(maps.map(({ title, points }) => mapPlot(points, classNames, title)));
}
