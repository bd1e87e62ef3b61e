import type { GraphBuilder } from '../../graph/builder.ts';

/** What a step of a cell is made of. Values are of batch × units, those of the gates of batch × gates·units. */
export interface Step {
  readonly builder: GraphBuilder;
  /** x·Wᵀ with the biases that can be added before. */
  readonly projected: string;
  /** The hidden state and, for an LSTM, the cell's. */
  readonly states: readonly string[];
  /** Rᵀ */
  readonly recurrent: string;
  readonly units: number;
  /** An activation function by its place, after clipping. */
  readonly activate: (which: number, value: string) => string;
}

/** RNN: h′ = f(x·Wᵀ + h·Rᵀ) */
export function rnnStep({ builder, projected, states: [h = ''], recurrent, activate }: Step): string[] {
  return [activate(0, builder.add(projected, builder.op('MatMul', [h, recurrent])))];
}

export interface LstmOptions {
  /** Weights by which the cell's state enters the input, output and forget gate; none, or all three. */
  readonly peepholes: readonly string[];
  /** The forget gate is what the input gate leaves. */
  readonly coupled: boolean;
}

/** LSTM: gates i, o, f and candidate g; c′ = f ⊙ c + i ⊙ g, h′ = o ⊙ h(c′) */
export function lstmStep({ builder, projected, states: [h = '', c = ''], recurrent, activate }: Step, options: LstmOptions): string[] {
  const {
    peepholes: [pi, po, pf],
    coupled,
  } = options;
  const looking = (gate: string, weight: string | undefined, cell: string): string =>
    weight === undefined ? gate : builder.add(gate, builder.mul(weight, cell));
  const sum = builder.add(projected, builder.op('MatMul', [h, recurrent]));
  const [i, o, f, g] = builder.ops('Split', [sum], 4, { axis: -1, num_outputs: 4 }) as [string, string, string, string];
  const input = activate(0, looking(i, pi, c));
  const forget = coupled ? builder.sub(builder.float(1), input) : activate(0, looking(f, pf, c));
  const cell = builder.add(builder.mul(forget, c), builder.mul(input, activate(1, g)));
  return [builder.mul(activate(0, looking(o, po, cell)), activate(2, cell)), cell];
}

/**
 * GRU: gates z and r, candidate n; h′ = (1 − z) ⊙ n + z ⊙ h. The candidate takes (r ⊙ h)·Rᵀ or, with `resetAfter`, r ⊙ (h·Rᵀ + b).
 *
 * @param lateBias the recurrent biases of all three, with `resetAfter`
 */
export function gruStep(step: Step, { resetAfter, lateBias }: { resetAfter: boolean; lateBias: string | undefined }): string[] {
  const {
    builder,
    projected,
    states: [h = ''],
    recurrent,
    units,
    activate,
  } = step;
  const split = (value: string): [string, string] =>
    builder.ops('Split', [value, builder.ints([2 * units, units])], 2, { axis: -1 }) as [string, string];
  const times = (left: string, right: string): string => builder.op('MatMul', [left, right]);
  const [xGates, xCandidate] = split(projected);
  const gated = (past: string): [string, string] =>
    builder.ops('Split', [activate(0, builder.add(xGates, past))], 2, { axis: -1, num_outputs: 2 }) as [string, string];
  const late = (): [string, string] => {
    const product = times(h, recurrent);
    const [gates, past] = split(lateBias ? builder.add(product, lateBias) : product);
    const [z, r] = gated(gates);
    return [z, builder.mul(r, past)];
  };
  const early = (): [string, string] => {
    const [gates, candidate] = split(recurrent);
    const [z, r] = gated(times(h, gates));
    return [z, times(builder.mul(r, h), candidate)];
  };
  const [z, past] = resetAfter ? late() : early();
  const candidate = activate(1, builder.add(xCandidate, past));
  return [builder.add(builder.mul(builder.sub(builder.float(1), z), candidate), builder.mul(z, h))];
}
