/** Hue in turns; saturation and lightness in [0, 1]. */
export type Hsl = readonly [hue: number, saturation: number, lightness: number];

/** Red, green or blue (channel 0 to 2) of a colour, in [0, 1]. */
export function channelOf([hue, saturation, lightness]: Hsl, channel: number): number {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  return lightness + chroma * Math.cos(2 * Math.PI * (hue - channel / 3));
}
