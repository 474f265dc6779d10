/** What the job's seed is used for: each use draws from a stream of its own, `foldIn(seed, stream)`. */
export const streams = { data: 0, encoder: 1, head: 2, batches: 3, views: 4, probes: 5, report: 6 } as const;
