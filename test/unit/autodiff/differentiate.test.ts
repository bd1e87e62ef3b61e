import { describe, expect, it } from 'vitest';
import { differentiate } from '../../../src/autodiff/differentiate.ts';
import { noGradient, type Rule, type RuleSet } from '../../../src/autodiff/rule.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { type AttributeInput, attributesOf, type Graph, type Node } from '../../../src/graph/graph.ts';
import { InspectumError } from '../../../src/tensor/errors.ts';

type Attributes = Readonly<Record<string, AttributeInput>>;

const node = (op: string, inputs: string[], outputs: string[], attributes: Attributes = {}, rest: Partial<Node> = {}): Node => ({
  name: `${op} of ${inputs[0]}`,
  op,
  domain: '',
  inputs,
  outputs,
  attributes: attributesOf(attributes),
  ...rest,
});

const graphOf = (nodes: Node[]): Graph => ({
  name: 'g',
  inputs: [{ name: 'x', dtype: 'float32', shape: [3] }],
  outputs: [],
  nodes,
  initializers: new Map(),
  values: new Map(),
  domains: new Map(),
});

/** A rule whose gradient for input i is the node `d<op><i>`, so that the backward graph can be read off. */
const named: Rule = (context) =>
  context.node.inputs.map((_, i) => (context.needs(i) ? context.builder.op(`d${context.node.op}${i}`, [context.dy]) : undefined));

const RULES: RuleSet = { A: named, B: named, Cast: named, CastLike: named, Floor: noGradient, 'custom:A': named };

function run(nodes: Node[], seeds: Record<string, string>, wrt: string[]) {
  const builder = new GraphBuilder(graphOf(nodes));
  const gradients = differentiate(builder, { seeds: new Map(Object.entries(seeds)), wrt, rules: RULES });
  /** The expression that computes a value, down to the seeds. */
  const expression = (value: string): string => {
    const maker = builder.nodes.find((n) => n.outputs.includes(value));
    return maker ? `${maker.op}(${maker.inputs.map(expression).join(', ')})` : value;
  };
  return {
    added: builder.nodes.slice(nodes.length).map((n) => n.op),
    of: (value: string) => gradients.get(value) && expression(gradients.get(value) as string),
  };
}

function failure(nodes: Node[], seeds: Record<string, string>, wrt: string[]): InspectumError {
  try {
    run(nodes, seeds, wrt);
  } catch (error) {
    if (error instanceof InspectumError) return error;
  }
  throw new Error('should have been refused');
}

describe('differentiate', () => {
  it('follows a chain backwards', () => {
    const result = run([node('A', ['x'], ['h']), node('B', ['h'], ['y'])], { y: 's' }, ['x', 'h']);
    expect(result.of('x')).toBe('dA0(dB0(s))');
    expect(result.of('h')).toBe('dB0(s)');
  });

  it('adds the gradients of every use up, once', () => {
    const result = run([node('A', ['x'], ['h']), node('B', ['h', 'h'], ['y']), node('A', ['h'], ['z'])], { y: 's', z: 't' }, ['x', 'h']);
    expect(result.of('h')).toBe('Sum(dA0(t), dB0(s), dB1(s))');
    expect(result.of('x')).toBe('dA0(Sum(dA0(t), dB0(s), dB1(s)))');
    expect(result.added.filter((op) => op === 'Sum')).toHaveLength(1);
  });

  it('adds the seed of a value between to what arrives there', () => {
    const result = run([node('A', ['x'], ['h']), node('B', ['h'], ['y'])], { y: 's', h: 't' }, ['x']);
    expect(result.of('x')).toBe('dA0(Sum(t, dB0(s)))');
  });

  it('computes nothing off the path between the two', () => {
    const result = run([node('A', ['x'], ['h']), node('B', ['h', 'c'], ['y']), node('A', ['y'], ['after'])], { y: 's' }, ['h']);
    expect(result.added).toEqual(['dB0']);
  });

  it('leaves a value without a path to a seed out', () => {
    const result = run([node('A', ['x'], ['h']), node('B', ['c'], ['y'])], { y: 's' }, ['x', 'h']);
    expect(result.of('x')).toBeUndefined();
    expect(result.of('h')).toBeUndefined();
    expect(result.added).toEqual([]);
  });

  it('takes the seed itself as the gradient of the explained value', () => {
    expect(run([node('A', ['x'], ['y'])], { y: 's' }, ['y']).of('y')).toBe('s');
  });

  it('does not go through operators without gradient, nor need rules behind them', () => {
    const nodes = [node('Floor', ['x'], ['f']), node('Mystery', ['f'], ['m']), node('B', ['x', 'm'], ['y'])];
    expect(run(nodes, { y: 's' }, ['x']).of('x')).toBe('dB0(s)');
  });

  it('does not go through a Cast to integers, but through one to floats', () => {
    const through = (to: number) => run([node('Cast', ['x'], ['i'], { to }), node('A', ['i'], ['y'])], { y: 's' }, ['x']).of('x');
    expect(through(7)).toBeUndefined();
    expect(through(10)).toBe('dCast0(dA0(s))');
  });

  it('names operator, node and module where a rule is missing', () => {
    const error = failure([node('Mystery', ['x'], ['y'], {}, { name: 'n7', module: 'features.3' })], { y: 's' }, ['x']);
    expect(error.kind).toBe('unsupported');
    expect(error.message).toContain('Mystery (node n7, module features.3)');
  });

  it('takes no operator for known whose name is one of JavaScript objects', () => {
    expect(failure([node('constructor', ['x'], ['y'])], { y: 's' }, ['x']).message).toContain('constructor');
  });

  it('tells operators of other domains from ONNX’s own', () => {
    const error = failure([node('B', ['x'], ['y'], {}, { domain: 'custom' })], { y: 's' }, ['x']);
    expect(error.message).toContain('custom:B');
    expect(run([node('A', ['x'], ['y'], {}, { domain: 'custom' })], { y: 's' }, ['x']).of('x')).toBe('dA0(s)');
  });

  it('refuses a subgraph that captures a value on the path', () => {
    const body = graphOf([node('A', ['x'], ['inner'])]);
    const branch = node('If', ['c'], ['y'], {
      then_branch: { type: 'graph', value: { ...body, inputs: [], outputs: [{ name: 'inner' }] } },
    });
    expect(failure([branch], { y: 's' }, ['x']).message).toContain('If');
  });

  it('refuses where only another than the first output leads to the target', () => {
    const error = failure([node('A', ['x'], ['first', 'second'])], { second: 's' }, ['x']);
    expect(error.kind).toBe('unsupported');
    expect(error.message).toContain('first output');
  });
});
