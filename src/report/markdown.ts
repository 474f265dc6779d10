import type { Section, Table } from './section.js';

/** Text that Markdown shows as it is, in a table too. */
export function asIs(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/[\\`*_[\]<>|~&$#!@]/g, '\\$&')
    .replace(/\b(?:https?|ftp|mailto|xmpp):|\bwww\./gi, (start) => `${start.slice(0, -1)}\\${start.slice(-1)}`);
}

/** The report as Markdown: everything but plots and pictures. */
export function markdownOf(title: string, summary: string, sections: readonly Section[]): string {
  const blocks = [`# ${asIs(title)}`, asIs(summary)];
  for (const { heading, caption, sentences = [], tables } of sections) {
    blocks.push(`## ${asIs(heading)}`, asIs(caption));
    blocks.push(...sentences.map(([name, sentence]) => `**${asIs(name)}**: ${asIs(sentence)}`));
    blocks.push(...tables.map(tableOf));
  }
  return `${blocks.filter((block) => block.trim() !== '').join('\n\n')}\n`;
}

function tableOf({ head, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(asIs).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
