/** The index at a share in [0, 1) of weights \>= 0, not all 0: each has a probability in proportion to its weight. */
export function weightedIndex(weights: readonly number[], share: number): number {
  let rest = share * weights.reduce((sum, w) => sum + w, 0);
  const at = weights.findIndex((w) => {
    rest -= w;
    return rest < 0;
  });
  return at >= 0 ? at : weights.findLastIndex((w) => w > 0); // a sum may round up
}
