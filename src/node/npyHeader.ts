/** What the header of a .npy file says. */
export interface NpyHeader {
  /** As it stands there: `<f4`, or a list of fields. */
  readonly dtype: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

const TEXT = /^(?:'([^'\\]*)'|"([^"\\]*)")/;

/**
 * Reads the header, a Python literal: names and texts in single or double quotes, sizes with the `L` of Python 2 or without, the
 * three entries in any order. Null where it is something else.
 */
export function parseNpyHeader(text: string): NpyHeader | null {
  let rest = text.trim();
  const found = new Map<string, string>();
  if (!rest.startsWith('{')) return null;
  rest = rest.slice(1).trimStart();
  while (!rest.startsWith('}')) {
    const name = TEXT.exec(rest);
    if (name === null) return null;
    rest = rest.slice(name[0].length).trimStart();
    if (!rest.startsWith(':')) return null;
    rest = rest.slice(1).trimStart();
    const length = valueLength(rest);
    const key = name[1] ?? name[2] ?? '';
    if (length === 0 || found.has(key)) return null;
    found.set(key, rest.slice(0, length).trim());
    rest = rest.slice(length).trimStart();
    if (rest.startsWith(',')) rest = rest.slice(1).trimStart();
    else if (!rest.startsWith('}')) return null;
  }
  if (rest !== '}' || found.size !== 3) return null;
  const [dtype, order, sizes] = ['descr', 'fortran_order', 'shape'].map((name) => found.get(name));
  if (dtype === undefined || (order !== 'True' && order !== 'False')) return null;
  const inside = /^\(\s*((?:\d+L?\s*,\s*)*(?:\d+L?)?)\s*\)$/.exec(sizes ?? '');
  if (inside === null || /^\(\s*\d+L?\s*\)$/.test(sizes ?? '')) return null;
  const shape = (inside[1]?.match(/\d+/g) ?? []).map(Number);
  const plain = TEXT.exec(dtype);
  const whole = plain !== null && plain[0].length === dtype.length;
  return { dtype: whole ? (plain[1] ?? plain[2] ?? '') : dtype, fortranOrder: order === 'True', shape };
}

/** How many characters belong to a value: up to the comma or brace that ends it, brackets and quotes heeded. */
function valueLength(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const sign = text[i] as string;
    if (sign === "'" || sign === '"') {
      const end = text.indexOf(sign, i + 1);
      if (end < 0) return 0;
      i = end;
    } else if ('([{'.includes(sign)) depth++;
    else if (depth === 0 && (sign === ',' || sign === '}')) return i;
    else if (')]}'.includes(sign)) depth--;
  }
  return 0;
}
