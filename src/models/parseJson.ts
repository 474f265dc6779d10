/** `JSON.parse` of text whose brackets are nested at most `depth` deep; deeper ones would overflow the stack of what reads it. */
export function parseJson(text: string, depth: number): unknown {
  let open = 0;
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if (sign === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === '\\') i++;
    } else if (sign === '{' || sign === '[') {
      open++;
      if (open > depth) throw new Error(`brackets are nested more than ${depth} deep`);
    } else if (sign === '}' || sign === ']') open--;
  }
  return JSON.parse(text);
}
