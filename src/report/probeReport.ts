import { checkFlags, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { makeContext } from './context.js';
import { type ReportData, type ReportedResults, readEntries } from './entries.js';
import { pageOf, sectionOf } from './html.js';
import { markdownOf } from './markdown.js';
import type { Section } from './section.js';
import { accuracySections } from './sections/accuracy.js';
import { clusterSections } from './sections/clusters.js';
import { collapseSections } from './sections/collapse.js';
import { confusionSections } from './sections/confusion.js';
import { costSections } from './sections/cost.js';
import { fewLabelSections } from './sections/fewLabels.js';
import { layerSections } from './sections/layers.js';
import { mapSections } from './sections/maps.js';
import { neighbourSections } from './sections/neighbours.js';
import { retrievalSections } from './sections/retrieval.js';
import { robustnessSections } from './sections/robustness.js';
import { denseSections } from './sections/segmentation.js';
import { shortcutSections } from './sections/shortcuts.js';

/** A section that the caller adds to the page. */
export interface ReportSection {
  /** Its heading. */
  readonly heading: string;
  /** A line under it. @defaultValue none */
  readonly caption?: string;
  /** Its content, put into the page as it is: escape what is not your own. */
  readonly html: string;
}

/** Options of {@link probeReport}. */
export interface ProbeReportOptions {
  /** Title of the page. @defaultValue 'Probe report' */
  readonly title?: string;
  /** A sentence or two under it. @defaultValue none */
  readonly summary?: string;
  /** Name of each class. @defaultValue their numbers */
  readonly classNames?: readonly string[];
  /**
   * The data that was probed. Labels of the test part give confusion matrices, images give pictures: row i of neighbours and
   * maps is row i of the test part, a neighbour is a row of the training part. @defaultValue none: neither is shown
   */
  readonly data?: ReportData;
  /** Plots and pictures; without them no package is needed. @defaultValue true */
  readonly figures?: boolean;
  /** Sections of your own, before the others on the page. @defaultValue none */
  readonly sections?: readonly ReportSection[];
}

/** Result of {@link probeReport}. */
export interface ProbeReport {
  /** A page that needs nothing but itself: no script, nothing fetched. */
  readonly html: string;
  /** The tables alone, as GitHub shows them. */
  readonly markdown: string;
}

/**
 * A report of any results of this folder: tables, and on the page also accuracies with their intervals, confusion matrices,
 * curves over layers, labels and corruptions, spectra, neighbours as pictures and maps with thumbnails. Every section says
 * what its numbers say and what they do not say. Results of one name are compared under it.
 *
 * Plots need the packages `vega` and `vega-lite`, pictures `fast-png`; all are optional peers.
 *
 * @param results - A result; a list of results, of which each may be `{name, result}`; or results by name, such as
 * `{pretrained: [linear, knn], untrained: [linear2, knn2]}`.
 * @param options - Title, class names, and the data, for confusion matrices and pictures.
 * @returns Page and Markdown; the same input gives the same text.
 * @throws RangeError if there is no result, something is not one, two of one kind have the same name, or labels are not those
 * of a result; ShapeError on data of a wrong shape; Error where a package is needed that is not installed.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { knnProbe, linearProbe } from 'selfsup/probes';
 * import { probeReport } from 'selfsup/report';
 *
 * const part = { x: tensor2d([[0, 1], [0.1, 1], [1, 0], [1, 0.1]]), labels: [0, 0, 1, 1] };
 * const data = { train: part, test: part };
 * const results = [await linearProbe(data, 1), await knnProbe(data, 1, { k: 1 })];
 * const { html, markdown } = await probeReport(results, { data, classNames: ['up', 'right'] });
 * console.log(html.length, markdown);
 * ```
 */
export async function probeReport(results: ReportedResults, options: ProbeReportOptions = {}): Promise<ProbeReport> {
  const { title = 'Probe report', summary = '', classNames, data, figures = true, sections: own = [] } = options;
  checkTexts({ title, summary });
  for (const name of classNames ?? []) checkTexts({ classNames: name });
  for (const { heading, caption = '', html } of own)
    checkTexts({ 'sections.heading': heading, 'sections.caption': caption, 'sections.html': html });
  checkFlags('probeReport', { figures });
  const report = await makeContext(readEntries(results), data, classNames);
  const sections: Section[] = [
    ...accuracySections(report),
    ...(await confusionSections(report)),
    ...layerSections(report),
    ...fewLabelSections(report),
    ...retrievalSections(report),
    ...clusterSections(report),
    ...denseSections(report),
    ...robustnessSections(report),
    ...neighbourSections(report),
    ...mapSections(report),
    ...collapseSections(report),
    ...shortcutSections(report),
    ...costSections(report),
  ];
  const added = own.map(({ heading, caption = '', html }) => sectionOf(heading, caption, html));
  return {
    html: await pageOf(title, summary, added, sections, figures),
    markdown: markdownOf(title, summary, sections),
  };
}

function checkTexts(texts: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(texts)) {
    if (typeof value !== 'string') throw new RangeError(`probeReport: ${name} must be a string, got ${show(value)}.`);
  }
}
