import {
  engine,
  variable as makeVariable,
  type NamedTensorMap,
  type Tensor,
  tensor1d,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import { checkShapes, isTensor, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';

/** A tensor and its name, as tfjs lists gradients and slots. */
export interface NamedTensor {
  /** Name of the variable, or of the slot. */
  readonly name: string;
  /** Its values. */
  readonly tensor: Tensor;
}

/** What an optimizer keeps of one variable. */
interface Slot {
  /** One per kind. */
  readonly values: Variable[];
  /** How often the variable was moved. */
  updates: number;
}

/** New value of a variable, and of its slots, one per kind. */
export interface Moved {
  readonly value: Tensor;
  readonly slots: readonly Tensor[];
}

/** How a variable moves: `slots` is undefined the first time, `updates` counts the moves before this one. */
export type Move = (
  variable: Variable,
  gradient: Tensor,
  slots: readonly Tensor[] | undefined,
  updates: number,
) => Moved;

/**
 * Slots of an optimizer, by the name of their variable: which variables have a gradient, and in what order they come, may
 * change from step to step. (tfjs's own Adam counts positions, and mixes moments up.)
 */
export class OptimizerSlots {
  private readonly slots = new Map<string, Slot>();
  private restored = false;
  private disposed = false;

  /** @param where - Class of the optimizer. @param kinds - Names of its slots, such as `m` and `v`. */
  constructor(
    private readonly where: string,
    private readonly kinds: readonly string[],
  ) {}

  /** Moves every variable that has a gradient; nothing has moved when it throws on a bad one. */
  apply(gradients: NamedTensorMap | NamedTensor[], move: Move): void {
    this.checkAlive();
    if (typeof gradients !== 'object' || gradients === null || isTensor(gradients)) {
      throw new ShapeError(
        `${this.where}.applyGradients: gradients must be tensors by variable name, or a list, got ${show(gradients)}.`,
      );
    }
    const named = Array.isArray(gradients)
      ? gradients.map(({ name, tensor }) => [name, tensor] as const)
      : Object.entries(gradients);
    const work = named
      .filter(([, gradient]) => gradient != null) // `minimize` lists variables that have none
      .map(([name, gradient]) => [this.variableOf(name, gradient), gradient] as const);
    this.adopt(work.map(([variable]) => variable));
    for (const [variable] of work) this.checkSlot(variable);
    for (const [variable, gradient] of work) {
      const slot = this.slots.get(variable.name);
      tidy(() => {
        const moved = move(variable, gradient, slot?.values, slot?.updates ?? 0);
        variable.assign(moved.value);
        if (slot) {
          for (const [i, value] of moved.slots.entries()) (slot.values[i] as Variable).assign(value);
          slot.updates += 1;
        } else {
          this.slots.set(variable.name, { values: moved.slots.map((value) => makeVariable(value, false)), updates: 1 });
        }
      });
    }
  }

  /**
   * Everything as tfjs's `getWeights` gives it: first a tensor that the caller disposes, `[1 + variables]`, with the
   * iterations and then the moves of each variable; then the slots themselves.
   */
  weights(iterations: number): NamedTensor[] {
    this.checkAlive();
    const counts = [...this.slots.values()].map(({ updates }) => updates);
    const slots = [...this.slots].flatMap(([name, { values }]) =>
      values.map((tensor, i) => ({ name: `${name}/${this.kinds[i]}`, tensor })),
    );
    return [{ name: 'iter', tensor: tensor1d([iterations, ...counts], 'int32') }, ...slots];
  }

  /** Takes over copies of what {@link weights} gave; returns the iterations. */
  async restore(weights: readonly NamedTensor[]): Promise<number> {
    this.checkAlive();
    if (!Array.isArray(weights)) {
      throw new ShapeError(`${this.where}.setWeights: weights must be a list, got ${show(weights)}.`);
    }
    const [first, ...rest] = weights as readonly NamedTensor[];
    if (first === undefined)
      throw new ShapeError(`${this.where}.setWeights: weights must hold the iterations, got none.`);
    const [iterations = -1, ...counts] = Array.from(await first.tensor.data());
    if (![iterations, ...counts].every((count) => Number.isSafeInteger(count) && count >= 0)) {
      throw new RangeError(`${this.where}.setWeights: the first of weights must hold counts of steps, integers >= 0.`);
    }
    const tensors = new Map<string, (Tensor | undefined)[]>();
    for (const { name, tensor } of rest) {
      const at = name.lastIndexOf('/');
      const [variable, kind] = [name.slice(0, at), this.kinds.indexOf(name.slice(at + 1))];
      if (at < 0 || kind < 0) {
        const wanted = this.kinds.map((k) => `'<variable>/${k}'`).join(' or ');
        throw new ShapeError(`${this.where}.setWeights: a slot must be called ${wanted}, got '${name}'.`);
      }
      const values = tensors.get(variable) ?? [];
      values[kind] = tensor;
      tensors.set(variable, values);
    }
    for (const [name, values] of tensors) {
      const count = values.filter((value) => value !== undefined).length;
      if (count !== this.kinds.length) {
        throw new ShapeError(`${this.where}.setWeights: '${name}' must have ${this.kinds.length} slots, got ${count}.`);
      }
    }
    if (counts.length > 0 && counts.length !== tensors.size) {
      throw new ShapeError(
        `${this.where}.setWeights: the first of weights must count the moves of ${tensors.size} variables, got ${counts.length}.`,
      );
    }
    this.clear();
    for (const [i, [name, values]] of [...tensors].entries()) {
      this.slots.set(name, {
        values: values.map((value) => makeVariable(value as Tensor, false)),
        updates: counts[i] ?? iterations,
      });
    }
    this.restored = true;
    return iterations;
  }

  /** Frees the slots. Safe to call twice. */
  dispose(): void {
    this.clear();
    this.disposed = true;
  }

  checkAlive(): void {
    if (this.disposed) throw new Error(`${this.where}: used after dispose().`);
  }

  private clear(): void {
    for (const { values } of this.slots.values()) for (const value of values) if (!value.isDisposed) value.dispose();
    this.slots.clear();
  }

  private variableOf(name: string, gradient: Tensor): Variable {
    const variable = engine().registeredVariables[name];
    if (variable === undefined) throw new Error(`${this.where}.applyGradients: there is no variable named '${name}'.`);
    checkShapes(`${this.where}.applyGradients`, { [`gradient of ${name}`]: [gradient, variable.shape] });
    return variable;
  }

  /**
   * Restored slots whose names are all unknown belong, in order, to the variables of the first step: a model that is loaded
   * beside another one gets names of its own.
   */
  private adopt(variables: readonly Variable[]): void {
    if (!this.restored || variables.length === 0) return;
    this.restored = false;
    if (this.slots.size === 0 || variables.some(({ name }) => this.slots.has(name))) return;
    const old = [...this.slots.entries()];
    const fits =
      old.length === variables.length &&
      old.every(([, { values }], i) => String(values[0]?.shape) === String(variables[i]?.shape));
    if (!fits) {
      const names = [old.map(([name]) => name), variables.map(({ name }) => name)].map((x) => x.slice(0, 3).join(', '));
      throw new ShapeError(
        `${this.where}.applyGradients: the restored slots are those of ${names[0]}, got ${names[1]}.`,
      );
    }
    this.slots.clear();
    for (const [i, [, slot]] of old.entries()) this.slots.set((variables[i] as Variable).name, slot);
  }

  private checkSlot(variable: Variable): void {
    for (const value of this.slots.get(variable.name)?.values ?? []) {
      if (String(value.shape) === String(variable.shape)) continue;
      throw new ShapeError(
        `${this.where}.applyGradients: slots of ${variable.name} must have shape [${variable.shape}], got [${value.shape}].`,
      );
    }
  }
}
