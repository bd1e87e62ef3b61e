import { type Attributes, floatAttribute, floatsAttribute, intAttribute, type Node } from '../../../graph/graph.ts';
import { trimmed, without } from '../upgrades/row.ts';
import { activated } from './activations.ts';
import type { Decompose, FusedSite } from './parts.ts';

const FUSED_INTO_CONV = ['activation', 'activation_params'];

/** activation(Conv(X, W, B) + Z), channels first */
function convolved(node: Node, x: string, sum: string, site: FusedSite): string {
  const [, weight = '', bias = ''] = node.inputs;
  const parameters = floatsAttribute(node, 'activation_params', []);
  const conv = site.main('Conv', trimmed([x, weight, bias]), without(node.attributes, ...FUSED_INTO_CONV));
  const total = sum ? site.op('Add', [conv, sum]) : conv;
  return activated(node, total, (_, at) => parameters[at], site);
}

const fusedConv: Decompose = (node, site) => [convolved(node, node.inputs[0] ?? '', node.inputs[3] ?? '', site)];

/** Batch×height×width×channels; the weight is as Conv's. */
const nhwcConv: Decompose = (node, site) => {
  const [x = '', , , z = ''] = node.inputs;
  const first = (value: string): string => value && site.op('Transpose', [value], { perm: [0, 3, 1, 2] });
  return [site.op('Transpose', [convolved(node, first(x), first(z), site)], { perm: [0, 2, 3, 1] })];
};

const nhwcMaxPool: Decompose = (node, site) => {
  const [x = ''] = node.inputs;
  const pooled = site.main('MaxPool', [site.op('Transpose', [x], { perm: [0, 3, 1, 2] })], node.attributes);
  return [site.op('Transpose', [pooled], { perm: [0, 2, 3, 1] })];
};

const ofActivation = (name: string): boolean => name.startsWith('activation');

const fusedGemm: Decompose = (node, site) => {
  const own: Attributes = Object.fromEntries(Object.entries(node.attributes).filter(([name]) => !ofActivation(name)));
  const parameter = (name: string): number | undefined => floatAttribute(node, `activation_${name}`);
  return [activated(node, site.main('Gemm', node.inputs, own), parameter, site)];
};

/** α·A·B, each transposed in its last two axes, and before that with its first axis moved behind the other batch axes. */
const fusedMatMul: Decompose = (node, site) => {
  const [a = '', b = ''] = node.inputs;
  const product = site.main('MatMul', [turned(node, a, 'A', site), turned(node, b, 'B', site)], {});
  const alpha = floatAttribute(node, 'alpha', 1);
  return [alpha === 1 ? product : site.op('Mul', [product, site.like(a, 'alpha', [], [alpha])])];
};

function turned(node: Node, value: string, operand: 'A' | 'B', site: FusedSite): string {
  const [last, batch] = [intAttribute(node, `trans${operand}`, 0), intAttribute(node, `transBatch${operand}`, 0)];
  if (!last && !batch) return value;
  const rank = site.info(value).shape?.length;
  if (rank === undefined) throw site.unsupported(`a transposed operand whose rank is not known (${value})`);
  if (rank < 2) return value;
  const axes = Array.from({ length: rank }, (_, i) => i);
  const moved = batch ? [...axes.slice(1, -1), 0, rank - 1] : axes;
  const perm = last ? [...moved.slice(0, -2), ...moved.slice(-2).reverse()] : moved;
  return site.op('Transpose', [value], { perm });
}

export const LINEAR: Readonly<Record<string, Decompose>> = {
  'com.microsoft:FusedConv': fusedConv,
  'com.microsoft:FusedGemm': fusedGemm,
  'com.microsoft:FusedMatMul': fusedMatMul,
  'com.microsoft:NhwcFusedConv': nhwcConv,
  'com.microsoft:NhwcMaxPool': nhwcMaxPool,
  'com.microsoft:TransposeMatMul': fusedMatMul,
};
