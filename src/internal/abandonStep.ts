/** Member of a method that forgets what losses have produced for a step that will not be finished. */
export const abandonStep: unique symbol = Symbol('abandonStep');

/** A method that has something to forget. */
export interface AbandonsStep {
  [abandonStep](): void;
}
