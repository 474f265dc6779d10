import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One runnable snippet of the documentation. */
export interface Example {
  /** File and line, such as `src/losses/ntXent.ts:12`. */
  readonly where: string;
  readonly code: string;
}

/** Every `ts` block of README and docs, and every `ts` block after an `@example` tag in `src`. */
export function collectExamples(): Example[] {
  const pages = [
    'README.md',
    ...readdirSync('docs')
      .filter((name) => name.endsWith('.md'))
      .map((name) => join('docs', name)),
  ];
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return [
    ...pages.flatMap((file) => blocks(file, readFileSync(file, 'utf8'))),
    ...sources.flatMap((name) => fromSource(join('src', name))),
  ];
}

function fromSource(file: string): Example[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const start = comment[0].indexOf('@example');
    if (start < 0) return [];
    const line = text.slice(0, comment.index + start).split('\n').length;
    return blocks(file, comment[0].slice(start).replace(/^\s*\* ?/gm, ''), line - 1);
  });
}

function blocks(file: string, text: string, lineOffset = 0): Example[] {
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => ({
    where: `${file}:${lineOffset + text.slice(0, match.index).split('\n').length}`,
    code: match[1] as string,
  }));
}
