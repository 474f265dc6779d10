import { dispose, type Tensor4D } from '@tensorflow/tfjs-core';
import type { CollapseReport } from 'selfsup/probes';
import { foldIn } from 'selfsup/random';
import { batches } from 'selfsup/training';
import { featureKinds, neighbours, type Probes } from '../evaluate/probe.js';
import { spoken } from '../progress.js';
import type { Outcome } from '../results.js';
import { streams } from '../streams.js';
import { percent, verdict } from '../summary.js';
import { pictureOf } from './pictures.js';
import type { AccuracyRow } from './plots.js';
import { type Neighbour, type NeighbourRow, type ReportInput, reportPage } from './report.js';

/** The report of a finished job, as a page. */
export async function composeReport(outcome: Outcome): Promise<string> {
  const { dataset, recipe, history, evaluation } = outcome;
  const { probes } = evaluation;
  return reportPage({
    title: `${recipe.title} on ${dataset.name}`,
    verdict: verdict(probes),
    loss: history.loss,
    chance: {
      values: history.loss.map((_, step) => recipe.chance(step)),
      text: `The dashed line is the loss of an encoder that has learnt nothing: ${recipe.chanceText}.`,
    },
    pictures: await drawPictures(outcome),
    accuracies: probes && {
      rows: accuracyRows(probes),
      guessing: 1 / dataset.classNames.length,
      caption: accuracyCaption(outcome),
    },
    neighbours: neighbourRows(outcome),
    maps: (['pretrained', 'untrained'] as const).map((title) => ({
      title: `${title} (${percent(share(outcome, title))} of the variance)`,
      points: evaluation.maps[title].points.map(([x, y], i) => ({
        x,
        y,
        name: className(outcome, evaluation.test.labels, i),
      })),
    })),
    mapCaption: mapCaption(outcome),
    classNames: dataset.classNames,
    collapse: collapseTable(evaluation.collapse.pretrained, evaluation.collapse.untrained),
    settings: settingRows(outcome),
  });
}

function accuracyRows({ linear, knn }: Probes): AccuracyRow[] {
  const rows = (probe: string, of: Probes['linear']): AccuracyRow[] =>
    featureKinds.map((features) => ({ probe, features, ...of[features] }));
  return [...rows('linear probe', linear), ...rows('kNN', knn)];
}

function accuracyCaption({ evaluation, dataset }: Outcome): string {
  const [train, test] = [evaluation.train.images.shape[0], evaluation.test.images.shape[0]];
  return (
    `Probes fitted on ${train} labelled images and judged on ${test} others, with bootstrap intervals of 95 %. The encoders ` +
    `are frozen; the untrained one has the weights that training began with. kNN: ${neighbours} neighbours. Dashed: guessing among ` +
    `${dataset.classNames.length} classes.`
  );
}

function share({ evaluation }: Outcome, kind: 'pretrained' | 'untrained'): number {
  const [first, second] = evaluation.maps[kind].explained;
  return first + second;
}

function mapCaption({ evaluation }: Outcome): string {
  const n = evaluation.maps.pretrained.points.length;
  return `The features of ${n} images, scaled to length 1, along their two principal directions: a shadow of the real distances, the smaller the share of the variance that it shows.`;
}

/** What the method does with the first images of the first batch, as training saw them. */
async function drawPictures({ settings, dataset, recipe }: Outcome): Promise<ReportInput['pictures']> {
  const source = batches(dataset.train.images, { size: settings.batch }, foldIn(settings.seed, streams.batches));
  const batch = source.at(0) as Tensor4D;
  const { heading, caption, names, stacks } = recipe.illustrate(batch, foldIn(foldIn(settings.seed, streams.views), 0));
  try {
    const columns = await Promise.all(stacks.map(async (x) => ({ data: await x.data<'float32'>(), shape: x.shape })));
    const count = Math.min(9, ...columns.map(({ shape }) => shape[0] as number));
    const rows = Array.from({ length: count }, (_, i) => columns.map((column) => pictureOf(column, i)));
    return { heading, caption, names, rows };
  } finally {
    dispose([batch, ...stacks]);
  }
}

/** Queries of different classes, where there are any. */
function neighbourRows(outcome: Outcome): NeighbourRow[] {
  const { test, train, neighbours: near } = outcome.evaluation;
  const chosen: number[] = [];
  const seen = new Set<number>();
  near.pretrained.forEach((_, i) => {
    const label = test.labels?.[i];
    if (chosen.length < 8 && (label === undefined || !seen.has(label))) {
      chosen.push(i);
      if (label !== undefined) seen.add(label);
    }
  });
  const list = (rows: readonly number[]): Neighbour[] =>
    rows.map((row) => ({ picture: pictureOf(train.images, row), name: className(outcome, train.labels, row) }));
  return chosen.map((i) => ({
    query: pictureOf(test.images, i),
    name: className(outcome, test.labels, i),
    pretrained: list(near.pretrained[i] ?? []),
    untrained: list(near.untrained[i] ?? []),
  }));
}

function className({ dataset }: Outcome, labels: Int32Array | null, i: number): string | null {
  return labels === null ? null : (dataset.classNames[labels[i] as number] ?? null);
}

function collapseTable(pretrained: CollapseReport, untrained: CollapseReport): ReportInput['collapse'] {
  const row = (name: string, of: (report: CollapseReport) => number, meaning: string): string[] => [
    name,
    of(pretrained).toPrecision(3),
    of(untrained).toPrecision(3),
    meaning,
  ];
  return {
    words: pretrained.sentence,
    rows: [
      row(
        'feature deviation',
        (r) => r.featureStd,
        `0 is one point, ${pretrained.expectedStd.toPrecision(3)} an even spread`,
      ),
      row('effective rank', (r) => r.effectiveRank, `directions in use, of ${pretrained.fullRank}`),
      row('RankMe', (r) => r.rankMe, 'the same without centring'),
      row('uniformity', (r) => r.uniformity, '0 is one point, about -4 an even spread'),
    ],
  };
}

function settingRows({ settings, backend, dataset, recipe, history }: Outcome): [string, string][] {
  const [n, height, width] = dataset.train.images.shape;
  const { encoder } = recipe.method;
  const dim = encoder.outputs[0]?.shape[1];
  return [
    ['data', `${dataset.name}, ${n} images of ${height} x ${width} to learn from`],
    ['method', recipe.title],
    ['encoder', `${recipe.encoderKind}, ${encoder.countParams()} parameters, ${dim} features`],
    ...recipe.choices.map(([name, value]): [string, string] => [name, value]),
    ['learning rate', String(settings.learningRate ?? recipe.learningRate)],
    ['batch', `${settings.batch} images`],
    ['steps', `${history.steps} in ${spoken(history.seconds)}, ${history.imagesPerSecond.toFixed(0)} images/s`],
    ['backend', `${backend.name}: ${backend.description}`],
    ['seed', String(settings.seed)],
  ];
}
