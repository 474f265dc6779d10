import { borderLines, borderStatistics, continuity } from './borderStatistics.js';
import { channelMoments, channelOffsets } from './channelStatistics.js';
import { patchStatistics } from './patchStatistics.js';
import { type Pictures, pixelsOf } from './pictures.js';

/** A group of statistics, which is judged by itself. */
export type ShortcutGroup = 'patches' | 'borders' | 'continuity' | 'channels' | 'offsets';

/** The names of {@link ShortcutGroup}. */
export const shortcutGroups: readonly ShortcutGroup[] = ['patches', 'borders', 'continuity', 'channels', 'offsets'];

/**
 * Low-level statistics of a sample, by what they look at: means and variances of patches; the outermost pixels; how well the
 * sides of two pictures of a sample go on in each other; moments of channels; how channels go together when one is shifted.
 */
export type Statistics = Readonly<Record<ShortcutGroup, number[]>>;

/** Statistics of one sample, all its inputs together. */
export function statisticsOf(inputs: readonly Pictures[], sample: number, grid: number): Statistics {
  const out: Statistics = { patches: [], borders: [], continuity: [], channels: [], offsets: [] };
  const sides: { readonly of: string; readonly lines: readonly number[][] }[] = [];
  for (const input of inputs) {
    const { height, width, channels, count } = input;
    for (let p = sample * count; p < (sample + 1) * count; p++) {
      const at = pixelsOf(input, p);
      out.patches.push(...patchStatistics(at, input, grid));
      const moments = channelMoments(at, input);
      out.channels.push(...moments.flatMap(({ mean, deviation, least, most }) => [mean, deviation, least, most]));
      out.offsets.push(...channelOffsets(at, input, moments));
      const lines = borderLines(at, input);
      out.borders.push(...borderStatistics(lines));
      for (const other of sides) {
        if (other.of === `${height} ${width} ${channels}`) out.continuity.push(...continuity(other.lines, lines));
      }
      sides.push({ of: `${height} ${width} ${channels}`, lines });
    }
  }
  return out;
}
