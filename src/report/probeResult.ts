import type {
  ClusterProbeResult,
  CollapseReport,
  CostReport,
  DenseProbeResult,
  Embedding2d,
  FewLabelProbeResult,
  FineTuneProbeResult,
  KnnProbeResult,
  LayerwiseProbeResult,
  LinearProbeResult,
  MlpProbeResult,
  Neighbors,
  RetrievalProbeResult,
  RidgeProbeResult,
  RobustnessProbeResult,
  ShortcutReport,
} from '../probes/index.js';

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

/** What any function of `selfsup/probes` gives as its result: that of a probe, of `nearestNeighbors`, `embed2d` or a report. */
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
