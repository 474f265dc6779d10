import type { ClusterProbeResult } from '../clusterProbe.js';
import type { CollapseReport } from '../collapseReport.js';
import type { CostReport } from '../costReport.js';
import type { DenseProbeResult } from '../denseProbe.js';
import type { Embedding2d } from '../embed2d.js';
import type { FewLabelProbeResult } from '../fewLabelProbe.js';
import type { FineTuneProbeResult } from '../fineTuneProbe.js';
import type { KnnProbeResult } from '../knnProbe.js';
import type { LayerwiseProbeResult } from '../layerwiseProbe.js';
import type { LinearProbeResult } from '../linearProbe.js';
import type { MlpProbeResult } from '../mlpProbe.js';
import type { Neighbors } from '../nearestNeighbors.js';
import type { RetrievalProbeResult } from '../retrievalProbe.js';
import type { RidgeProbeResult } from '../ridgeProbe.js';
import type { RobustnessProbeResult } from '../robustnessResult.js';
import type { ShortcutReport } from '../shortcutReport.js';

/** Results by their kind: the `probe` that they carry, or a word for those that carry none. */
export interface ResultKinds {
  readonly linear: LinearProbeResult;
  readonly ridge: RidgeProbeResult;
  readonly knn: KnnProbeResult;
  readonly mlp: MlpProbeResult;
  readonly fineTune: FineTuneProbeResult;
  readonly layerwise: LayerwiseProbeResult;
  readonly fewLabel: FewLabelProbeResult;
  readonly robustness: RobustnessProbeResult;
  readonly retrieval: RetrievalProbeResult;
  readonly cluster: ClusterProbeResult;
  readonly dense: DenseProbeResult;
  readonly neighbors: Neighbors;
  readonly map: Embedding2d;
  readonly collapse: CollapseReport;
  readonly cost: CostReport;
  readonly shortcut: ShortcutReport;
}

/** What any function of this folder gives as its result: that of a probe, of `nearestNeighbors`, `embed2d` or a report. */
export type ProbeResult =
  | LinearProbeResult
  | RidgeProbeResult
  | KnnProbeResult
  | MlpProbeResult
  | FineTuneProbeResult
  | LayerwiseProbeResult
  | FewLabelProbeResult
  | RobustnessProbeResult
  | RetrievalProbeResult
  | ClusterProbeResult
  | DenseProbeResult
  | Neighbors
  | Embedding2d
  | CollapseReport
  | CostReport
  | ShortcutReport;

/** A kind of result. */
export type ResultKind = keyof ResultKinds;
