import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { type Goal, progress } from '../../examples/pretrain/progress.js';

/** What is written to a terminal, or to a pipe. */
function shown(isTTY: boolean, goal: Goal, steps: number): string {
  let text = '';
  const stream = new Writable({
    write(part, _encoding, done) {
      text += part;
      done();
    },
  });
  const display = progress(goal, Object.assign(stream, { isTTY, columns: 120 }) as unknown as NodeJS.WriteStream);
  display.onTrainBegin?.({});
  for (let i = 0; i < steps; i++) display.onBatchEnd?.(i, { loss: 5 - i / 100, size: 32, step: i });
  display.stop();
  display.stop();
  return text;
}

const goal = { steps: 40, seconds: null, done: 0 };

test('a pipe gets plain lines, one for each twentieth and the last step', () => {
  const lines = shown(false, goal, 40).trimEnd().split('\n');
  expect(lines).toHaveLength(21);
  expect(lines[0]).toMatch(/^ {2}2% {2}step 1\/40 {2}loss 5\.000 {2}\d+ images\/s {2}\d+ s left$/);
  expect(lines.at(-1)).toMatch(/^100% {2}step 40\/40 {2}loss 4\.610/);
});

test('a run that stops between two lines ends with the step it came to', () => {
  const lines = shown(false, goal, 7).trimEnd().split('\n');
  expect(lines.at(-1)).toContain('step 7/40');
  expect(new Set(lines).size).toBe(lines.length);
});

test('a terminal gets a bar, and its cursor back', () => {
  const text = shown(true, goal, 40);
  expect(text).toContain('first step');
  expect(text).toContain('\u2588');
  expect(text).toMatch(/100% {2}step 40\/40 {2}loss 4\.610/);
  expect(text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(text.lastIndexOf('\u001b[?25l'));
});
