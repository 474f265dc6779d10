/** Something named as an image that was not read. */
export interface SkippedImage {
  /** Its path inside the folder or archive. */
  readonly name: string;
  /** Why not. */
  readonly reason: string;
}

/** The images of a folder, an archive or one file: their names, sorted, and their bytes one after the other. */
export interface ImageFiles {
  /** Paths inside the folder or archive, with `/`, in code-unit order. */
  readonly names: readonly string[];
  /** Links that lead nowhere, FIFOs, devices. */
  readonly skipped: readonly SkippedImage[];
  /** Every image once, in the order of the disk or archive; an image is held only until the next is asked for. */
  entries(): AsyncIterable<{ readonly name: string; readonly bytes: Uint8Array }>;
}

/** How names of images end. */
export const IMAGE = /\.(jpe?g|png|webp)$/i;

/** True for the name of an image; hidden files, and what macOS adds to archives, are none. */
export function isImage(name: string): boolean {
  return IMAGE.test(name) && !isHidden(name);
}

/** True where a part of a path is hidden. */
export function isHidden(name: string): boolean {
  return name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');
}
