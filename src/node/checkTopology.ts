import { show } from '../internal/checks.js';

interface LayerJson {
  readonly name: string;
  readonly className: unknown;
  /** The calls of a layer, each a list of inputs `[layer, call, output]`. */
  readonly calls: readonly (readonly Input[])[];
}
type Input = readonly [layer: string, call: number, output: number];

/** Models that come with a call of their own when they are made, as input layers do. */
const WITH_CALL = ['InputLayer', 'Model', 'Functional', 'Sequential'];

/**
 * What is wrong with the graph of a model, or null. tfjs goes on looking for the inputs of a layer until they exist, which never
 * ends where a name is misspelt or layers wait for each other.
 */
export function topologyFault(topology: unknown): string | null {
  const open: unknown[] = [topology];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const { layers } = value as { readonly layers?: unknown };
    const graph = 'input_layers' in value || 'output_layers' in value;
    if (graph && Array.isArray(layers)) {
      const wrong = graphFault(value as Graph);
      if (wrong !== null) return wrong;
    } else if (graph) return `a model must have layers, got ${show(layers)}`;
    open.push(...Object.values(value));
  }
  return null;
}

interface Graph {
  readonly layers: readonly unknown[];
  readonly input_layers?: unknown;
  readonly output_layers?: unknown;
}

function graphFault({ layers: list, input_layers: inputs, output_layers: outputs }: Graph): string | null {
  const layers = new Map<string, LayerJson>();
  for (const value of list) {
    const layer = layerOf(value);
    if (typeof layer === 'string') return layer;
    if (layers.has(layer.name)) return `every layer must have a name of its own, got ${show(layer.name)} twice`;
    layers.set(layer.name, layer);
  }
  const made = new Map(Array.from(layers.values(), ({ name, className }) => [name, firstCalls(className)]));
  let waiting = [...layers.values()].flatMap(({ name, calls }) => calls.map((call) => ({ name, call })));
  for (const { name, call } of waiting) {
    for (const [from] of call) {
      if (!layers.has(from)) return `layer ${show(name)} takes its input from ${show(from)}, which is not there`;
    }
  }
  for (;;) {
    const still = waiting.filter(({ name, call }) => {
      if (!call.every(([from, index]) => (made.get(from) as number) > index)) return true;
      if (call.length > 0) made.set(name, (made.get(name) as number) + 1);
      return false;
    });
    if (still.length === waiting.length) break;
    waiting = still;
  }
  const [stuck] = waiting;
  if (stuck !== undefined) return `layer ${show(stuck.name)} takes an input that no order of the layers gives`;
  for (const [what, ends] of [
    ['input_layers', inputs],
    ['output_layers', outputs],
  ] as const) {
    for (const end of endsOf(ends)) {
      if (end === null) return `${what} must list [layer, call, output], got ${show(ends)}`;
      const [name, index] = end;
      if (!layers.has(name)) return `${what} names ${show(name)}, which is not there`;
      if (!((made.get(name) as number) > index))
        return `${what} names call ${index} of ${show(name)}, which is not there`;
    }
  }
  return null;
}

function firstCalls(className: unknown): number {
  return WITH_CALL.includes(className as string) ? 1 : 0;
}

function layerOf(value: unknown): LayerJson | string {
  const { name, class_name: className, inbound_nodes: nodes } = (value ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string') return `every layer must have a name, got ${show(value)}`;
  const calls = Array.isArray(nodes) ? nodes : null;
  if (calls === null || !calls.every((call) => Array.isArray(call) && call.every((input) => isInput(input)))) {
    return `layer ${show(name)} must have inbound_nodes of [layer, call, output], got ${show(nodes)}`;
  }
  return { name, className, calls };
}

function isInput(value: unknown): value is Input {
  return (
    Array.isArray(value) && typeof value[0] === 'string' && Number.isSafeInteger(value[1]) && (value[1] as number) >= 0
  );
}

/** `[layer, call, output]` or a list of them, as tfjs writes one or several. */
function endsOf(value: unknown): (Input | null)[] {
  if (value === undefined) return [];
  if (isInput(value)) return [value];
  if (!Array.isArray(value)) return [null];
  return value.map((end) => (isInput(end) ? end : null));
}
