/** Words of a text, in order: runs of letters and apostrophes, in lower case. Yours may do better; the tasks take numbers. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\p{L}+(?:'\p{L}+)*/gu) ?? [];
}

/** The words that occur often enough, most frequent first, and a text in their numbers. */
export interface Vocabulary {
  readonly words: readonly string[];
  readonly counts: readonly number[];
  /** Rarer words are left out, as word2vec does. */
  readonly ids: Int32Array;
}

export function vocabularyOf(words: readonly string[], minCount: number): Vocabulary {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const kept = [...counts].filter(([, count]) => count >= minCount).sort((a, b) => b[1] - a[1]);
  const numbers = new Map(kept.map(([word], id) => [word, id]));
  return {
    words: kept.map(([word]) => word),
    counts: kept.map(([, count]) => count),
    ids: Int32Array.from(words.flatMap((word) => numbers.get(word) ?? [])),
  };
}
