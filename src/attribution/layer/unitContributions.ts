import type { Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Subject } from '../evaluation/subject.ts';
import type { LayerValues } from '../method.ts';

/**
 * captum.attr.LayerGradientXActivation summed to one number per unit: for layers without height and width.
 * @param shape of the layer's value; `unitAxis` of it has the units
 * @returns float32 [units]
 */
export async function unitContributions(
  subject: Subject,
  { id, output: value }: LayerValues,
  shape: Shape,
  unitAxis: number,
): Promise<Tensor<'float32'>> {
  const others = shape.map((_, axis) => axis).filter((axis) => axis !== unitAxis);
  const { units } = await subject.run(`units ${value}`, ({ builder, gradients }) => {
    const [gradient = ''] = gradients([value], `the layer ${id}`);
    const product = builder.mul(gradient, value);
    return { units: others.length ? builder.op('ReduceSum', [product, builder.ints(others)], { keepdims: 0 }) : product };
  });
  return units;
}
