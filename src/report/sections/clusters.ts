import type { Context } from '../context.js';
import { percent, type Section, whole } from '../section.js';

/** Agreement of clusters with classes. */
export function clusterSections(report: Context): Section[] {
  const entries = report.of('cluster');
  if (entries.length === 0) return [];
  return [
    {
      heading: 'Clusters',
      caption:
        'How well k-means clusters of the test features agree with the classes. Accuracy: clusters and classes matched one to ' +
        'one. Normalised mutual information (NMI) and purity rise with the number of clusters by themselves; the adjusted ones ' +
        '(AMI, adjusted Rand index) are about 0 for a random clustering. None says whether other clusters would be as sensible.',
      figures: [],
      tables: [
        {
          head: ['name', 'clusters / classes', 'accuracy', 'NMI', 'AMI', 'adjusted Rand', 'purity', 'samples'],
          rows: entries.map(({ name, result }) => [
            name,
            `${result.clusters} / ${result.classes}`,
            percent(result.accuracy),
            result.normalizedMutualInfo.toFixed(3),
            result.adjustedMutualInfo.toFixed(3),
            result.adjustedRandIndex.toFixed(3),
            percent(result.purity),
            whole(result.testSamples),
          ]),
        },
      ],
    },
  ];
}
