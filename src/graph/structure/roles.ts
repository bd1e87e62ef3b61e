import { NodeView } from '../describe/view.ts';
import { type Graph, type Node, nodeKey } from '../graph.ts';
import type { Dataflow } from './dataflow.ts';

/** What a node is to the patterns of blocks; undefined for what merely stands between. */
export type Role =
  /** A convolution with a kernel of more than one element. */
  | 'conv'
  | 'depthwise'
  /** A convolution of 1×1. */
  | 'pointwise'
  /** The same on what a global pool has left: part of a squeeze and excitation. */
  | 'excitation'
  /** A linear layer over tokens or features. */
  | 'linear'
  /** A product of two activations, or an operator that has one in it. */
  | 'attention'
  | 'pool'
  | 'upsample'
  | 'norm'
  | 'activation';

const ROLES = [
  'conv',
  'depthwise',
  'pointwise',
  'excitation',
  'linear',
  'attention',
  'pool',
  'upsample',
  'norm',
  'activation',
] as const satisfies readonly Role[];

/** Several roles, a bit for each. */
export type RoleSet = number;

export const setOf = (...roles: readonly Role[]): RoleSet => roles.reduce((set, role) => set | (1 << ROLES.indexOf(role)), 0);

const BITS: ReadonlyMap<Role | undefined, RoleSet> = new Map(ROLES.map((role) => [role, setOf(role)]));

export const bitOf = (role: Role | undefined): RoleSet => BITS.get(role) ?? 0;

const list = (text: string): readonly string[] => text.split(' ');

const OPERATORS: Readonly<Record<string, Role>> = Object.fromEntries(
  (
    [
      [
        'attention',
        'Attention com.microsoft:Attention com.microsoft:QAttention com.microsoft:MultiHeadAttention com.microsoft:PackedAttention',
      ],
      ['pool', 'MaxPool AveragePool LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool SpaceToDepth'],
      ['upsample', 'Resize Upsample ConvTranspose DepthToSpace GridSample'],
      ['norm', 'BatchNormalization InstanceNormalization GroupNormalization LayerNormalization RMSNormalization LRN'],
      [
        'activation',
        'Relu Clip LeakyRelu PRelu Elu Celu Selu Gelu Sigmoid HardSigmoid HardSwish Swish Mish Softplus Softsign Tanh ThresholdedRelu ' +
          'com.microsoft:Gelu com.microsoft:FastGelu com.microsoft:QuickGelu com.microsoft:BiasGelu',
      ],
    ] satisfies [Role, string][]
  ).flatMap(([role, operators]) => list(operators).map((operator) => [operator, role])),
);

/** Convolutions and the input that is their weight. */
const CONVOLUTIONS: Readonly<Record<string, number>> = { Conv: 1, ConvInteger: 1, QLinearConv: 3, 'com.microsoft:FusedConv': 1 };

const PRODUCTS: ReadonlySet<string> = new Set(list('MatMul Gemm Einsum MatMulInteger com.microsoft:FusedMatMul com.microsoft:FusedGemm'));
const QUANTISED_PRODUCTS: ReadonlySet<string> = new Set(list('QLinearMatMul com.microsoft:QGemm com.microsoft:MatMulNBits'));

export function roleOf(node: Node, graph: Graph, flow: Dataflow): Role | undefined {
  const key = nodeKey(node);
  const weight = Object.hasOwn(CONVOLUTIONS, key) ? CONVOLUTIONS[key] : undefined;
  if (weight !== undefined) return convolutionRole(new NodeView(node, graph), weight);
  if (PRODUCTS.has(key)) return node.inputs.slice(0, 2).every((name) => flow.isActivation(name)) ? 'attention' : 'linear';
  if (QUANTISED_PRODUCTS.has(key)) return 'linear';
  return Object.hasOwn(OPERATORS, key) ? OPERATORS[key] : undefined;
}

function convolutionRole(view: NodeView, weight: number): Role {
  const [, perGroup, ...kernel] = view.shape(weight) ?? [];
  if (view.int('group', 1) > 1 && perGroup === 1) return 'depthwise';
  if (kernel.length === 0 || kernel.some((extent) => extent !== 1)) return 'conv';
  return view
    .output()
    ?.slice(2)
    .every((extent) => extent === 1)
    ? 'excitation'
    : 'pointwise';
}

/** Output and input channels of a convolution. */
export function channelsOf(node: Node, graph: Graph): readonly [number, number] | undefined {
  const view = new NodeView(node, graph);
  const [output, perGroup] = view.shape(CONVOLUTIONS[nodeKey(node)] ?? 1) ?? [];
  return typeof output === 'number' && typeof perGroup === 'number' ? [output, perGroup * view.int('group', 1)] : undefined;
}
