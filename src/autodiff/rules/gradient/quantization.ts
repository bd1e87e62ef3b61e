import { intAttribute } from '../../../graph/graph.ts';
import { DTYPES, type DType, dtypeFromCode } from '../../../tensor/dtype.ts';
import { type Rule, type RuleContext, type RuleSet, refusal } from '../../rule.ts';
import { scalarLike } from '../helpers.ts';
import { axisFromFront } from '../shapes.ts';

/** Smallest and largest quantised number. */
const RANGE: Partial<Record<DType, readonly [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  uint4: [0, 15],
  int4: [-8, 7],
};

/** A scale or zero point per channel in a shape that broadcasts against the quantised value. */
function perChannel(context: RuleContext, value: string): string {
  const rank = context.shape(value).length;
  if (rank === 0) return value;
  const target = context.shape(context.x());
  if (intAttribute(context.node, 'block_size', 0) > 0 || rank > 1) throw refusal(context, 'it is quantised in blocks.');
  const axis = axisFromFront(intAttribute(context.node, 'axis', 1), target.length);
  const shape = target.map((_, i) => (i === axis ? -1 : 1));
  return shape.length === 0 ? context.builder.op('Squeeze', [value]) : context.builder.op('Reshape', [value, context.builder.ints(shape)]);
}

const dequantize: Rule = (context) => (context.needs(0) ? [context.builder.mul(context.dy, perChannel(context, context.x(1)))] : []);

/**
 * The straight-through estimate: as if nothing were rounded, and 0 where the value falls outside of the representable range
 * (PyTorch's fake_quantize).
 */
const quantize: Rule = (context) => {
  if (!context.needs(0)) return [];
  const { builder, dy, node } = context;
  const x = context.x();
  const zeroPoint = node.inputs[2];
  const stated = dtypeFromCode(intAttribute(node, 'output_dtype', 0));
  const dtype = zeroPoint ? context.dtype(zeroPoint) : (stated ?? 'uint8');
  const range = RANGE[dtype];
  if (!range) throw refusal(context, `quantisation to ${dtype} is not covered.`);
  const scale = perChannel(context, context.x(1));
  const to = DTYPES[context.dtype(x)].code;
  const rounded = builder.op('Round', [builder.div(x, scale)]);
  const number = zeroPoint ? builder.add(rounded, builder.op('Cast', [perChannel(context, zeroPoint)], { to })) : rounded;
  const inside = builder.op('And', [
    builder.op('GreaterOrEqual', [number, scalarLike(context, range[0], x)]),
    builder.op('LessOrEqual', [number, scalarLike(context, range[1], x)]),
  ]);
  return [builder.op('Where', [inside, builder.div(dy, scale), scalarLike(context, 0, x)])];
};

/** The range is that of the values, so all are inside; as PyTorch has it, scale and zero point are constants. */
const dynamicQuantize: Rule = (context) => {
  const dy = context.gradient(0);
  return dy !== undefined && context.needs(0) ? [context.builder.div(dy, context.node.outputs[1] as string)] : [];
};

export const quantizationRules: RuleSet = {
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamicQuantize,
};
