import { floatsAttribute, type Graph, type Node, nodeKey, stringAttribute } from '../../graph/graph.ts';
import type { Choices } from '../../protocol/choices.ts';
import { isFloat } from '../../tensor/dtype.ts';
import { InspectumError } from '../../tensor/errors.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { Scale } from './scores.ts';

/** Operators that leave scores as they are. */
const TRANSPARENT = new Set(
  'Identity Reshape Flatten Squeeze Unsqueeze Cast Dropout QuantizeLinear DequantizeLinear ai.onnx.ml:ZipMap'.split(' '),
);
const BY_OPERATOR: Readonly<Record<string, Scale>> = {
  Softmax: 'probabilities',
  LogSoftmax: 'log-probabilities',
  Sigmoid: 'sigmoid',
  HardSigmoid: 'sigmoid',
};
/** What classifiers of ai.onnx.ml do to their scores. */
const BY_TRANSFORM: Readonly<Record<string, Scale>> = { SOFTMAX: 'probabilities', LOGISTIC: 'sigmoid' };
/** No chain between an output and what is sought is longer. */
const MAX_HOPS = 16;

type Maker = (value: string) => Node | undefined;

const makerIn = (graph: Graph): Maker => {
  const made = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  return (value) => made.get(value);
};

/** The node behind operators that leave scores as they are. */
function behindTransparent(value: string, maker: Maker): Node | undefined {
  let node = maker(value);
  for (let hops = 0; hops < MAX_HOPS && node && TRANSPARENT.has(nodeKey(node)); hops++) node = maker(node.inputs[0] ?? '');
  return node;
}

/** What turns logits into an output's numbers. */
interface Squashing {
  readonly operator: string;
  readonly scale: Scale;
  /** What goes into it. */
  readonly logits: string;
}

function squashing(graph: Graph, output: string): Squashing | undefined {
  const maker = makerIn(graph);
  const node = behindTransparent(output, maker);
  if (!node) return undefined;
  const classical = node.domain === 'ai.onnx.ml' ? classicalScale(graph, node) : undefined;
  if (classical) return { operator: node.op, scale: classical, logits: '' };
  const scale = Object.hasOwn(BY_OPERATOR, node.op) ? BY_OPERATOR[node.op] : undefined;
  if (scale) return { operator: node.op, scale, logits: node.inputs[0] ?? '' };
  const logits = softmaxInParts(node, maker);
  if (logits !== undefined) return { operator: 'Softmax', scale: 'probabilities', logits };
  const softmax = node.op === 'Log' ? squashing(graph, node.inputs[0] ?? '') : undefined;
  return softmax?.scale === 'probabilities' ? { ...softmax, operator: 'LogSoftmax', scale: 'log-probabilities' } : undefined;
}

/** What a classifier of ai.onnx.ml puts out, where it tells. */
function classicalScale(graph: Graph, node: Node): Scale | undefined {
  if (node.op === 'Normalizer')
    return stringAttribute(node, 'norm') === 'L1' && squashing(graph, node.inputs[0] ?? '') ? 'probabilities' : undefined;
  const transform = BY_TRANSFORM[stringAttribute(node, 'post_transform', '')];
  // shares of the trees' votes; scores that are only added up have both signs
  const weights = floatsAttribute(node, 'class_weights', []);
  return transform ?? (weights.length > 0 && weights.every((weight) => weight >= 0) ? 'probabilities' : undefined);
}

/** The logits of a Softmax that is written out: exp(x)/Σexp(x), with the maximum of x taken off before or not. */
function softmaxInParts(division: Node, maker: Maker): string | undefined {
  if (division.op !== 'Div') return undefined;
  const [exponential, total] = division.inputs.map((name) => behindTransparent(name, maker));
  if (exponential?.op !== 'Exp' || total?.op !== 'ReduceSum' || behindTransparent(total.inputs[0] ?? '', maker) !== exponential)
    return undefined;
  const shifted = exponential.inputs[0] ?? '';
  const subtraction = behindTransparent(shifted, maker);
  const [logits, maximum] = subtraction?.op === 'Sub' ? subtraction.inputs : [];
  const reduction = maximum === undefined ? undefined : behindTransparent(maximum, maker);
  return reduction?.op === 'ReduceMax' && reduction.inputs[0] === logits ? logits : shifted;
}

/** Tells by the operator that makes an output, unless the configuration says. */
export const scaleOf = (graph: Graph, output: string, configured: Configuration['output']): Scale =>
  configured === 'auto' ? (squashing(graph, output)?.scale ?? 'logits') : configured;

/** A value that can be explained in place of an output, and what its numbers are. */
export interface Logits {
  readonly value: string;
  readonly scale: Scale;
  /** The operator that they go into. */
  readonly operator: string;
}

/**
 * What stands before an output's Softmax, LogSoftmax or Sigmoid. A confident probability has almost no gradient left; its logit has.
 * @returns undefined where the output has no such operator
 */
export function logitsBefore(graph: Graph, output: string): Logits | undefined {
  const found = squashing(graph, output);
  return found?.logits
    ? { value: found.logits, scale: found.scale === 'sigmoid' ? 'log-odds' : 'logits', operator: found.operator }
    : undefined;
}

/** What is explained of a model. */
export interface ExplainedValue {
  readonly what: 'output' | 'logits';
  /** The graph's output that it is, or that it leads to. */
  readonly output: string;
  /** Name of the value. */
  readonly value: string;
  readonly scale: Scale;
  /** The operator between logits and output; undefined where there is none, and nothing to choose. */
  readonly operator: string | undefined;
}

/**
 * The output that was chosen, or with the choice of logits what goes into its last Softmax, LogSoftmax or Sigmoid. Without a choice
 * the first output, raw, that is no label: classical classifiers put one before their scores. Where logits are wanted, the output
 * that looks most like scores.
 * @throws InspectumError 'corrupt' for a graph without outputs
 */
export function explainedValue(graph: Graph, configured: Configuration['output'], choices: Choices): ExplainedValue {
  const named = graph.outputs.find(({ name }) => name === choices.output);
  const output =
    named ??
    (choices.explain === 'logits' ? likeScores(graph) : (graph.outputs.find((port) => isNumeric(graph, port.name)) ?? graph.outputs[0]));
  if (!output) throw new InspectumError('corrupt', 'The graph has no output.');
  const logits = logitsBefore(graph, output.name);
  const chosen = choices.explain === 'logits' ? logits : undefined;
  const value = chosen?.value ?? tensorBehind(graph, output.name);
  return {
    what: chosen ? 'logits' : 'output',
    output: output.name,
    value,
    scale: chosen?.scale ?? scaleOf(graph, value, configured),
    operator: logits?.operator,
  };
}

/** ZipMap makes a list of dictionaries of a tensor: the tensor. */
export function tensorBehind(graph: Graph, output: string): string {
  const node = makerIn(graph)(output);
  return node && nodeKey(node) === 'ai.onnx.ml:ZipMap' ? (node.inputs[0] ?? output) : output;
}

/** Whether an output holds floating-point numbers, as far as is known. */
function isNumeric(graph: Graph, output: string): boolean {
  const dtype = graph.values.get(tensorBehind(graph, output))?.dtype;
  return dtype === undefined || isFloat(dtype);
}

const SCORES = /score|logit|prob|conf|class|cls|heat/i;

/** The first output that is a vector of floating-point numbers, else the first that is called like scores, else the first of numbers. */
function likeScores(graph: Graph): Graph['outputs'][number] | undefined {
  const infos = graph.outputs.map((port) => ({ port, ...graph.values.get(tensorBehind(graph, port.name)) }));
  const floats = infos.filter(({ dtype }) => dtype === undefined || isFloat(dtype));
  const isVector = ({ shape }: (typeof infos)[number]): boolean =>
    shape !== undefined && shape.length > 1 && shape.slice(1).filter((dim) => dim !== 1).length <= 1;
  const found = floats.find(isVector) ?? floats.find(({ port }) => SCORES.test(port.name)) ?? floats[0];
  return found?.port ?? graph.outputs[0];
}

const EMBEDDING = /embed|feature|descriptor/i;

/** Whether a vector is a description of its input rather than one score per class: it has the length 1, or is called so. */
export function isEmbedding(graph: Graph, value: string): boolean {
  if (graph.outputs.some(({ name }) => name === value) && EMBEDDING.test(value)) return true;
  const maker = makerIn(graph);
  const node = behindTransparent(value, maker);
  if (node?.op !== 'Div') return node?.op === 'LpNormalization';
  let divisor = maker(node.inputs[1] ?? '');
  for (let hops = 0; hops < MAX_HOPS && divisor && LENGTH.has(divisor.op); hops++) divisor = maker(divisor.inputs[0] ?? '');
  return divisor?.op === 'ReduceL2' || divisor?.op === 'ReduceSumSquare';
}

/** Operators between a vector's length and its division by it. */
const LENGTH = new Set(['Clip', 'Max', 'Add', 'Expand', 'Sqrt', 'Unsqueeze', 'Identity']);
