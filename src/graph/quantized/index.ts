import { dtypeFromCode } from '../../tensor/dtype.ts';
import { type Graph, intAttribute, type Node, nodeKey } from '../graph.ts';
import { ARRANGEMENTS } from './arrangements.ts';
import { INTEGER_PRODUCTS } from './integers.ts';
import { QUANTISED_OPERATORS } from './operators.ts';
import { PACKED_PRODUCTS } from './packed.ts';
import { type Quantisation, type Rewrite, Rewriting } from './rewriting.ts';

/** Operators that are taken apart into dequantised operands, an operator in floating point, and a quantised result. */
export const QUANTISED: Readonly<Record<string, Rewrite>> = { ...QUANTISED_OPERATORS, ...INTEGER_PRODUCTS, ...PACKED_PRODUCTS };
const SCALES: ReadonlySet<string> = new Set(
  'QuantizeLinear DequantizeLinear DynamicQuantizeLinear com.microsoft:QuantizeLinear com.microsoft:DequantizeLinear'.split(' '),
);

export interface Dequantized {
  readonly graph: Graph;
  /** Whether activations are rounded to integers on their way; weights alone may be too. */
  readonly isQuantized: boolean;
  readonly notes: readonly string[];
}

/**
 * A quantised graph with floats wherever a layer puts out numbers: operators on quantised integers become the same in floating point
 * between DequantizeLinear and QuantizeLinear, which engines turn back into integer arithmetic where nobody asks for more than the
 * result. Integers keep no name that is read as numbers: a quantised output is a float, its dequantised value. No weight is read.
 * @returns the graph itself where nothing is quantised
 */
export function dequantized(graph: Graph): Dequantized {
  if (!graph.nodes.some((node) => SCALES.has(nodeKey(node)) || row(QUANTISED, node))) return { graph, isQuantized: false, notes: [] };
  const into = new Rewriting(graph);
  const operators = graph.nodes.filter((node) => rewritten(node, into));
  const asFloat = <T extends object>(name: string, value: T): T => (into.isFloat(name) ? { ...value, dtype: 'float32' } : value);
  const isQuantized = into.nodes.some(
    ({ op, inputs }) => /^(Dynamic)?QuantizeLinear$/.test(op) && !graph.initializers.has(inputs[0] ?? ''),
  );
  return {
    graph: {
      ...graph,
      nodes: into.nodes,
      initializers: into.initializers,
      outputs: graph.outputs.map((port) => asFloat(port.name, port)),
      values: new Map([...graph.values].map(([name, value]) => [name, asFloat(name, value)])),
    },
    isQuantized,
    notes: [sentence(isQuantized, operators)],
  };
}

const row = (table: Readonly<Record<string, Rewrite>>, node: Node): Rewrite | undefined => {
  const key = nodeKey(node);
  return Object.hasOwn(table, key) ? table[key] : undefined;
};

/** Adds what a node becomes. @returns whether it was an operator on integers that is taken apart */
function rewritten(node: Node, into: Rewriting): boolean {
  if (SCALES.has(nodeKey(node))) scale({ ...node, domain: '' }, into);
  else if (node.outputs.some((name) => into.isCaptured(name))) keep(node, into);
  else if (row(QUANTISED, node)?.(node, into)) return true;
  else if (!row(ARRANGEMENTS, node)?.(node, into)) keep(node, into);
  return false;
}

function keep(node: Node, into: Rewriting): void {
  into.emit({ ...node, inputs: node.inputs.map((name) => into.integers(node, name)) });
}

function scale(node: Node, into: Rewriting): void {
  const [x = '', scaleName = '', zeroPoint = ''] = node.inputs;
  const [y = ''] = node.outputs;
  switch (node.op) {
    case 'DequantizeLinear':
      if (into.isFloatOf(x, scaleName, zeroPoint)) into.emit({ ...node, op: 'Identity', inputs: [x], attributes: {} });
      else keep(node, into);
      break;
    case 'DynamicQuantizeLinear': {
      into.emit(node);
      const [, dynamicScale = '', dynamicZero = ''] = node.outputs;
      into.setQuantisation(y, { scale: dynamicScale, zeroPoint: dynamicZero, isUniform: true, dtype: 'uint8' });
      break;
    }
    default:
      quantize(node, into, { scale: scaleName, zeroPoint, ...quantisedTo(node, into) });
  }
}

function quantisedTo(node: Node, into: Rewriting): Pick<Quantisation, 'axis' | 'dtype' | 'isUniform'> {
  const [, scaleName = '', zeroPoint = ''] = node.inputs;
  const stated = dtypeFromCode(intAttribute(node, 'output_dtype', 0));
  return {
    axis: intAttribute(node, 'axis', 1),
    dtype: into.dtypeOf(zeroPoint) ?? stated ?? 'uint8',
    isUniform: into.isScalar(scaleName),
  };
}

/** An output of the model that is quantised is given as the numbers that its integers stand for. */
function quantize(node: Node, into: Rewriting, quantisation: Quantisation): void {
  const [y = ''] = node.outputs;
  if (!into.isOutput(y) || into.isCaptured(y)) {
    into.emit(node);
    into.setQuantisation(y, quantisation);
    return;
  }
  const integers = into.fresh(`${y}~quantised`);
  into.emit({ ...node, outputs: [integers] });
  into.ops(node, 'DequantizeLinear', [integers, quantisation.scale, quantisation.zeroPoint], { axis: quantisation.axis }, [y]);
  into.setFloat(y, quantisation, integers);
}

const NAMED = 4;

function sentence(isQuantized: boolean, operators: readonly Node[]): string {
  const names = [...new Set(operators.map((node) => node.op))];
  const listed = [...names.slice(0, NAMED), ...(names.length > NAMED ? ['…'] : [])].join(', ');
  const by = names.length > 0 ? ` (${listed})` : '';
  return isQuantized
    ? `The model is quantised${by}: layers show the numbers that integers stand for, and gradients pass straight through the rounding. Scores are computed in integers, maps and gradients in floating point, where a value between two integers may be rounded to the other one.`
    : `Weights are stored as integers${by}: everything is computed with the numbers that they stand for.`;
}
