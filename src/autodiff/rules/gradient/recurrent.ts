import type { GraphBuilder } from '../../../graph/builder.ts';
import { intAttribute, stringAttribute } from '../../../graph/graph.ts';
import { addTimeFirst, isBatchFirst } from '../../../graph/recurrentLayout.ts';
import { DTYPES } from '../../../tensor/dtype.ts';
import { int64s } from '../../../tensor/tensor.ts';
import { type Rule, type RuleContext, type RuleSet, refusal } from '../../rule.ts';
import { expanded } from '../expansion.ts';
import { type Activate, activationsOf } from '../recurrentActivations.ts';
import { gruStep, lstmStep, rnnStep, type Step } from '../recurrentCells.ts';

/** What tells RNN, GRU and LSTM apart. */
interface Cell {
  readonly gates: number;
  readonly activations: readonly string[];
  /** Inputs that are initial states. */
  readonly initial: readonly number[];
  readonly step: (step: Step, direction: Direction) => string[];
}

/** One of a node's directions. Parameters are without the axis of directions. */
interface Direction {
  readonly context: RuleContext;
  /** Input i of the node for this direction; '' where it is not given. */
  readonly parameter: (i: number) => string;
  readonly activate: readonly Activate[];
  readonly backwards: boolean;
  readonly peepholes: readonly string[];
  /** Added to all steps at once, and in every step to h·Rᵀ. */
  readonly biases: { readonly early: string | undefined; readonly late: string | undefined };
}

const [X, W, R, B, LENGTHS, H0, C0, PEEPHOLES] = [0, 1, 2, 3, 4, 5, 6, 7];

const isSet = ({ node }: RuleContext, attribute: string): boolean => intAttribute(node, attribute, 0) !== 0;

const LSTM: Cell = {
  gates: 4,
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  initial: [H0, C0],
  step: (step, { context, peepholes }) => lstmStep(step, { peepholes, coupled: isSet(context, 'input_forget') }),
};
const GRU: Cell = {
  gates: 3,
  activations: ['Sigmoid', 'Tanh'],
  initial: [H0],
  step: (step, { context, biases }) => gruStep(step, { resetAfter: isSet(context, 'linear_before_reset'), lateBias: biases.late }),
};
const RNN: Cell = { gates: 1, activations: ['Tanh'], initial: [H0], step: rnnStep };

/** The nodes that a recurrent node stands for: for each direction a Scan whose body is the cell. */
const asScans =
  (cell: Cell) =>
  (context: RuleContext): void => {
    const { builder, node } = context;
    if (isBatchFirst(node)) {
      addTimeFirst(builder, node);
      return;
    }
    const way = stringAttribute(node, 'direction', 'forward');
    const count = way === 'bidirectional' ? 2 : 1;
    const activations = activationsOf(node, count, cell.activations);
    if (!activations) throw refusal(context, 'one of its activation functions is not known.');
    const results = activations.map((activate, d) => {
      const parameter = (i: number): string => ofDirection(context, i, d, count);
      const backwards = way === 'reverse' || d === 1;
      const peepholes = node.inputs[PEEPHOLES] ? builder.ops('Split', [parameter(PEEPHOLES)], 3, { num_outputs: 3 }) : [];
      return scanOf(cell, { context, activate, backwards, parameter, peepholes, biases: biasesOf(cell, context, parameter(B)) });
    });
    node.outputs.forEach((name, k) => {
      if (name !== '')
        builder.alias(
          joined(
            builder,
            results.map((outputs) => outputs[k] as string),
            k === 0 ? 1 : 0,
          ),
          name,
        );
    });
  };

/** An input of a node, cut to one of its directions. */
function ofDirection({ builder, node }: RuleContext, i: number, direction: number, count: number): string {
  const value = node.inputs[i];
  if (!value) return '';
  return count === 1
    ? builder.op('Squeeze', [value, builder.ints([0])])
    : builder.op('Gather', [value, builder.constant(int64s([], [direction]))]);
}

/** Biases of the input and of the recurrence are added at once, but for a GRU that resets after the product with R. */
function biasesOf(cell: Cell, context: RuleContext, both: string): Direction['biases'] {
  if (!both) return { early: undefined, late: undefined };
  const { builder } = context;
  const [early, late] = builder.ops('Split', [both], 2, { num_outputs: 2 }) as [string, string];
  if (cell === GRU && isSet(context, 'linear_before_reset')) return { early, late };
  return { early: builder.add(early, late), late: undefined };
}

function joined(builder: GraphBuilder, parts: readonly string[], axis: number): string {
  const apart = parts.map((part) => builder.op('Unsqueeze', [part, builder.ints([axis])]));
  return apart.length === 1 ? (apart[0] as string) : builder.op('Concat', apart, { axis });
}

/** @returns every step's hidden state (steps × batch × units) and the last states (batch × units) */
function scanOf(cell: Cell, direction: Direction): string[] {
  const { context, backwards } = direction;
  const { builder } = context;
  const units = context.staticShape(context.x(R))[2] as number;
  const lengths = lengthsOf(context);
  const turn = (value: string): string =>
    backwards && lengths ? builder.op('ReverseSequence', [value, lengths], { time_axis: 0, batch_axis: 1 }) : value;
  const projected = projection(direction, turn(context.x(X)));
  const recurrent = builder.op('Transpose', [direction.parameter(R)], { perm: [1, 0] });
  const initial = cell.initial.map((i) => direction.parameter(i) || zeroState(context, units));

  const body = builder.subgraph();
  const batch = context.shape(context.x(X))[1] ?? 1;
  const input = (hint: string, dims: readonly (string | number)[], dtype: 'float32' | 'bool' = 'float32'): string =>
    body.input(hint, dtype, dims);
  const states = initial.map(() => input('~state', [batch, units]));
  const step = input('~projected', [batch, cell.gates * units]);
  const valid = lengths && input('~valid', [batch, 1], 'bool');
  const activate = (which: number, value: string): string => (direction.activate[which] as Activate)(body, value);
  const next = cell.step({ builder: body, projected: step, states, recurrent, units, activate }, direction);
  const held = next.map((value, k) => (valid ? body.op('Where', [valid, value, states[k] as string]) : value));
  const shown = valid ? body.op('Where', [valid, next[0] as string, body.float(0)]) : (next[0] as string);
  for (const value of [...held, shown]) body.output(value, '~next', { dtype: 'float32', shape: [batch, units] });

  const sequences = [projected, ...(lengths ? [validity(context, lengths)] : [])];
  const walk = sequences.map(() => (backwards && !lengths ? 1 : 0));
  const made = builder.ops('Scan', [...initial, ...sequences], held.length + 1, {
    body: { type: 'graph', value: { ...body.build(), inputs: body.inputs } },
    num_scan_inputs: sequences.length,
    scan_input_directions: walk,
    scan_output_directions: walk.slice(0, 1),
  });
  return [turn(made[held.length] as string), ...made.slice(0, held.length)];
}

/** x·Wᵀ for all steps at once, with the biases that are not added inside. */
function projection({ context: { builder }, parameter, biases: { early } }: Direction, x: string): string {
  const product = builder.op('MatMul', [x, builder.op('Transpose', [parameter(W)], { perm: [1, 0] })]);
  return early === undefined ? product : builder.add(product, early);
}

/** Zeros of batch × units. */
function zeroState(context: RuleContext, units: number): string {
  const { builder } = context;
  const batch = builder.op('Shape', [context.x(X)], { start: 1, end: 2 });
  return builder.op('Expand', [builder.float(0), builder.op('Concat', [batch, builder.ints([units])], { axis: 0 })]);
}

/** The lengths of the sequences of a batch as int64; undefined where all are known to be whole. */
function lengthsOf(context: RuleContext): string | undefined {
  const name = context.node.inputs[LENGTHS];
  if (!name) return undefined;
  const steps = context.shape(context.x(X))[0];
  if (context.integers(LENGTHS)?.every((length) => length === steps)) return undefined;
  return context.builder.op('Cast', [name], { to: DTYPES.int64.code });
}

/** Whether a step is before the end of its sequence: steps × batch × 1. */
function validity(context: RuleContext, lengths: string): string {
  const { builder } = context;
  const [zero, one] = [0, 1].map((value) => builder.constant(int64s([], [value]))) as [string, string];
  const steps = builder.op('Squeeze', [builder.op('Shape', [context.x(X)], { start: 0, end: 1 })]);
  const numbers = builder.op('Unsqueeze', [builder.op('Range', [zero, steps, one]), builder.ints([1, 2])]);
  return builder.op('Less', [numbers, builder.op('Unsqueeze', [lengths, builder.ints([1])])]);
}

const recurrent = (cell: Cell): Rule => expanded(asScans(cell));

export const recurrentRules: RuleSet = { RNN: recurrent(RNN), GRU: recurrent(GRU), LSTM: recurrent(LSTM) };
