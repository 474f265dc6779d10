/** Which formula turns hertz into mel: HTK's, or Slaney's (linear up to 1 kHz, then logarithmic). */
export type MelScale = 'htk' | 'slaney';

/** What {@link melFilters} builds. */
export interface MelFilterOptions {
  readonly sampleRate: number;
  readonly fftLength: number;
  readonly melBins: number;
  readonly minFrequency: number;
  readonly maxFrequency: number;
  readonly melScale: MelScale;
  readonly melNorm: 'none' | 'slaney';
}

/**
 * Triangular filters, one row per band with a weight per frequency bin from 0 to half the sample rate. Their corners lie at
 * equal distances in mel; in hertz each rises from one corner to the next and falls to the one after.
 */
export function melFilters(options: MelFilterOptions): Float64Array[] {
  const { sampleRate, fftLength, melBins, minFrequency, maxFrequency, melScale, melNorm } = options;
  const [toMel, toHertz] = melScale === 'htk' ? [htk, fromHtk] : [slaney, fromSlaney];
  const [low, high] = [toMel(minFrequency), toMel(maxFrequency)];
  const corners = Array.from({ length: melBins + 2 }, (_, i) => toHertz(low + ((high - low) * i) / (melBins + 1)));
  return Array.from({ length: melBins }, (_, m) => {
    const [left, centre, right] = corners.slice(m, m + 3) as [number, number, number];
    const scale = melNorm === 'slaney' ? 2 / (right - left) : 1;
    return Float64Array.from({ length: Math.floor(fftLength / 2) + 1 }, (_, bin) => {
      const hertz = (bin * sampleRate) / fftLength;
      return scale * Math.max(0, Math.min((hertz - left) / (centre - left), (right - hertz) / (right - centre)));
    });
  });
}

const htk = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
const fromHtk = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);

const LOG_STEP = Math.log(6.4) / 27;
const slaney = (hertz: number): number => (hertz < 1000 ? (3 * hertz) / 200 : 15 + Math.log(hertz / 1000) / LOG_STEP);
const fromSlaney = (mel: number): number => (mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp((mel - 15) * LOG_STEP));
