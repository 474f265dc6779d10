/**
 * A text in one line: control characters, line separators and what changes the direction of writing are shown as escapes,
 * `\n` or `\u{202e}`. For messages that hold names of files or tensors, which may hold anything.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (sign) => {
    const known = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[sign];
    return known ?? `\\u{${(sign.codePointAt(0) as number).toString(16)}}`;
  });
}
